"""The texts of draw_score_commands.py: references and outputs of systems, drawn, in several encodings."""

import gzip
import random

SENTENCES = [
    "the cat sat on a mat while 17 dogs barked at Mr. O'Neill's state-of-the-art door, e.g. \"twice\" (3.5 times)!",
    "Die Größe der Straße überrascht 3.000,50 Fußgänger; nicht wahr? Ja, sagte sie, 100% sicher & ohne Müh.",
    "L'été à Malmö coûte 12,50 $ &quot;naïve&quot; &amp;lt; ÀÉÎÕÜ ñandú 1990. - 5-6 x_y C++ U.S.A. can't",
    "Съешь же ещё этих мягких французских булок, да выпей чаю № 5 «Ёлка» 1.2.3",
    "今天天气很好，我们去公园散步吧。 价格是3.5元！“好的” カタカナ と ひらがな １００円",
    "안녕하세요, 세계! 😀 Ο ΟΔΥΣΣΕΥΣ ΗΡΘΕ İstanbul ﬁne ½ café cafe\u0301 a\u00a0b x\u3000y <skipped>",
]
WESTERN = 3  # The first sentences fit into Latin-1.
# What `compare` draws besides: more scripts, white space, marks and control characters.
RARE_SENTENCES = [
    "Ο ΟΔΥΣΣΕΥΣ ΗΡΘΕ ΑΠΟ ΤΗΝ ΙΘΑΚΗ και ο Σίσυφος έφυγε", "مرحبا بالعالم، كيف حالك؟ ١٢٣", "שלום עולם, מה שלומך? 42",
    "नमस्ते दुनिया। यह एक परीक्षा है १२३", "สวัสดีชาวโลก นี่คือการทดสอบ", "今日はとても良い天気ですね。「はい」とカタカナも言った、100円",
    "naïve café cafe\u0301 İstanbul ıSPARTA ﬁne ǅ ß ẞ ŉ", "👩‍👩‍👧‍👦 😀😃 🇩🇪🇫🇷 a👍🏽b ✈️ ♥ €5 £3 ¥",
    "&quot;quoted&quot; &amp;lt; &lt;b&gt; &amp;amp; &apos; <skipped> <b>bold</b> & < >",
    "1,000.00 1.2.3 .5 5. ,5 5, 1,,2 .,., ... -5 5- 5-6 --- a-b 3-a -3.5- 1990. (1990).",
    "! \" # $ % & ' ( ) * + , - . / : ; < = > ? @ [ \\ ] ^ _ ` { | } ~",
    "$5.50 50% A&B C++ e.g. i.e. U.S.A. can't won't 's it's they're don 't rock'n'roll",
    "x\u00a0y\u2003z\u3000w\u200bv\u2060u\ufefft\u0085s\u2028r\u1680q", "a\x1cb\x1fc\x0bd\x0ce f\x00g\x7fh", "ＡＢＣ １２３ ．，！？ ⅷ ² ½ ㍉ 𝒜 𠀀 𪛖",
]
ENCODINGS = {"utf-8": [("utf-8", ""), ("UTF8", ""), ("utf_8", ""), ("utf-8-sig", "")],
             "latin-1": [("latin-1", ".l1"), ("ISO-8859-1", ".l1"), ("iso8859_1", ".l1"), ("l1", ".l1"), ("LATIN1", ".l1")],
             "utf-16": [("utf-16", ".u16"), ("UTF_16", ".u16"), ("U16", ".u16")], "utf-16-le": [("utf-16-le", ".u16le"), ("UTF-16LE", ".u16le")],
             "utf-16-be": [("UTF_16BE", ".u16be"), ("utf-16-be", ".u16be")]}
RARE_ENCODINGS = {"cp1252": [("cp1252", ".c1")], "gb18030": [("gb18030", ".gb")], "euc_kr": [("euc_kr", ".kr")]}


class Draw:
    """Chances out of the one method of random.Random whose results no version of Python changes."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def below(self, count):
        return int(self.random() * count)

    def one(self, *choices):
        return choices[self.below(len(choices))]

    def chance(self, share):
        return self.random() < share


class Corpus:
    """References ref0 to ref2, systems sys0 to sys2 and tables of both, all in several encodings, each also packed."""

    def __init__(self, draw, number, rare):
        self.stem = ["c{}", "näme {}", "{}e3", "_%&{}", "{}.50"][number % 5].format(number)
        self.western = number % 2 == 0
        self.encodings = ENCODINGS | (RARE_ENCODINGS if rare else {})
        sentences = SENTENCES[:WESTERN] if self.western else SENTENCES + (RARE_SENTENCES if rare else [])
        self.words = [word for sentence in sentences for word in sentence.split(" ")]
        self.draw = draw
        count = [1, 3, 6, 12, 2, 25, 4, 110, 8, 3, 5, 7][number % 12]
        self.files = {}
        references = [self.segment() for _ in range(count)]
        for k in range(3):
            self.files[f"ref{k}"] = references if k == 0 else [self.noisy(line) for line in references]
            self.files[f"sys{k}"] = [self.noisy(line) for line in references]
        for name, count in (("ref", 2), ("ref", 3), ("sys", 2), ("sys", 3)):
            columns = [self.files[f"{name}{k}"] for k in range(count)]
            self.files[f"{name}s{count}"] = ["\t".join(row) for row in zip(*columns)]

    def segment(self):
        if self.draw.chance(0.05):
            return self.draw.one("", ".", "a")
        return " ".join(self.draw.one(*self.words) for _ in range(1 + self.draw.below(12)))

    def noisy(self, line):
        words = []
        for word in line.split(" "):
            chance = self.draw.random()
            if chance > 0.1:
                words.append(self.draw.one(*self.words) if chance < 0.2 else word.upper() if chance < 0.25 else word)
        if len(words) > 3 and self.draw.chance(0.3):
            words = words[2:] + words[:2]
        return " ".join(words) if words and words[0].strip() else "x"

    def write(self, folder):
        for name, lines in self.files.items():
            text = "\n".join(lines) + "\n"
            for encoding, (form, *_) in self.encodings.items():
                if encoding == "latin-1" and not self.western:
                    continue
                data = text.encode(encoding, errors="replace" if encoding in RARE_ENCODINGS else "strict")
                path = folder / f"{self.stem}.{name}{form[1]}"
                path.write_bytes(data)
                path.with_name(path.name + ".gz").write_bytes(gzip.compress(data, mtime=0))
        return "".join(f"{name}\n" + "\n".join(lines) for name, lines in self.files.items())
