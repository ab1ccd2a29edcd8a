"""The corpus out of the distribution's packages, from small inputs; no archive is asked.

The end-to-end tests put an apt-get and a dpkg-deb of their own in front of the path.
"""

import io
import json
import os
import stat
import struct
import subprocess
import sys
import tempfile
import unittest

FOLDER = os.path.abspath(
    os.path.join(os.path.dirname(__file__), '..', '..', 'data', 'debian_corpus'))
sys.path.insert(0, FOLDER)

import catalogues  # noqa: E402
import corpus  # noqa: E402
import descriptions  # noqa: E402
import held_out  # noqa: E402
import help_pages  # noqa: E402
import text_pairs  # noqa: E402


class TemporaryFolderTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path


class CleanTest(unittest.TestCase):
    def test_markup_goes_and_text_stays(self):
        cases = {
            'B<bold> and I<very B<bold>>': 'bold and very bold',
            'a <b>tag</b> here': 'a tag here',
            'see <https://example.org/x> now': 'see https://example.org/x now',
            'E<lt>user@hostE<gt>': '<user@host>',
            'two\n  lines\u00a0and\ttabs': 'two lines and tabs',
            'Tom &amp; Jerry &lt;': 'Tom & Jerry <',
            'before .after , comma .': 'before .after, comma.',
            'soft\u00adhyphen': 'soft hyphen',
            'Vraiment ?  Oui .': 'Vraiment ? Oui .',  # French blanks stay
            r'\fBname\fR \- text': 'name - text',
            'A plain sentence, with "quotes" and a < b.': 'A plain sentence, with "quotes" and a < b.',
        }
        for raw, expected in cases.items():
            self.assertEqual(text_pairs.clean(raw), expected)


class SentenceTest(unittest.TestCase):
    def test_cuts_at_ends_but_not_at_abbreviations(self):
        self.assertEqual(text_pairs.sentences('One is here. Two is there! Is it 3? Yes.'),
                         ['One is here.', 'Two is there!', 'Is it 3?', 'Yes.'])
        for whole in ('Tools, e.g. Emacs, work.', 'Siehe z.B. Emacs.', 'Version 2. Aufl.',
                      'By J. Smith of the project.'):
            self.assertEqual(text_pairs.sentences(whole), [whole])

    def test_pairs_sentences_only_if_both_sides_agree(self):
        self.assertEqual(
            text_pairs.sentence_pairs('It is small. It is fast.', 'Es ist klein. Es ist schnell.'),
            [('It is small.', 'Es ist klein.'), ('It is fast.', 'Es ist schnell.')])
        merged = ('It is small. It is fast.', 'Es ist klein und schnell.')
        self.assertEqual(text_pairs.sentence_pairs(*merged), [merged])
        unlike = ('Yes. This sentence is a good deal longer than the other one is.',
                  'Dieser Satz hier ist ein gutes Stück länger als der andere. Ja.')
        self.assertEqual(text_pairs.sentence_pairs(*unlike), [unlike])


class FlawTest(unittest.TestCase):
    def test_names_what_is_wrong(self):
        cases = [
            ('This is a good pair', 'Dies ist ein gutes Paar', None),
            ('', 'leer', 'empty'),
            ('the same text here', 'the same text here', 'untranslated'),
            ('the very same english text', 'the very same english Text', 'untranslated'),
            ('two words', 'zwei Wörter', 'too short'),
            ('word ' * 101, 'Wort ' * 101, 'too long'),
            ('this is a long sentence with many words', 'kurz', 'lengths differ'),
            ('a = 1; b = 2; c = 3;', 'x = 1; y = 2; z = 3;', 'not prose'),
            ('broken \ufffd sign in here', 'kaputtes Zeichen ist hier', 'not prose'),
        ]
        for source, target, expected in cases:
            self.assertEqual(text_pairs.flaw(source.strip(), target.strip()), expected, source)


INDEX_EN = '''Package: libfoo2
Description-md5: aaa
Description-en: library to paint things
 This library paints things. It is small.
 .
 Features:
  * quick and cheap to use
    in every program
  * easy to learn
 .
   code = verbatim
 Last words of the text.

Package: bar
Description-md5: bbb
Description-en: tool for bars
 Only one paragraph is here.
'''
INDEX_DE = '''Package: libfoo2
Description-md5: aaa
Description-de: Bibliothek zum Malen von Dingen
 Diese Bibliothek malt Dinge. Sie ist klein.
 .
 Eigenschaften:
  * schnell und billig zu benutzen
    in jedem Programm
  * leicht zu lernen
 .
   code = verbatim
 Letzte Worte des Textes.

Package: bar
Description-md5: bbb
Description-de: Werkzeug für Bars
 Hier ist ein Absatz.
 .
 Und hier noch einer, den es dort nicht gibt.

Package: gone
Description-md5: ccc
Description-de: ohne Original
 Text ohne Original.
'''


class DescriptionTest(TemporaryFolderTest):
    def test_pairs_units_by_checksum_and_order(self):
        source, target = self.write('en', INDEX_EN), self.write('de', INDEX_DE)
        found = list(descriptions.pairs(source, target))
        self.assertEqual(found, [
            ('desc/foo', 'library to paint things', 'Bibliothek zum Malen von Dingen'),
            ('desc/foo', 'This library paints things. It is small.',
             'Diese Bibliothek malt Dinge. Sie ist klein.'),
            ('desc/foo', 'Features:', 'Eigenschaften:'),
            ('desc/foo', 'quick and cheap to use in every program',
             'schnell und billig zu benutzen in jedem Programm'),
            ('desc/foo', 'easy to learn', 'leicht zu lernen'),
            ('desc/foo', 'Last words of the text.', 'Letzte Worte des Textes.'),
        ])  # bar has another number of paragraphs, gone has no English text

    def test_packages_of_one_source_are_one_family(self):
        for package in ('libfoo2', 'foo-dev', 'python3-foo', 'foo'):
            self.assertEqual(descriptions.family(package), 'foo')


PAGE_EN = '''<html><head><style>p {}</style></head><body>
<h1 id="hd_1">The <b>Title</b></h1><p id="par_1" class="paragraph">First<br>text.</p>
<p id="par_2">Only for <span class="WRITER">Writer</span></p>
<p id="par_3">Press <span class="MAC">Command</span><span class="SYS">Ctrl</span> now</p>
<p id="par_4" class="code">x = 1</p><p>No id</p><p id="par_1">Again &amp; again</p>
<p id="par_5">Has <code>code</code> in it</p></body></html>'''


class HelpPageTest(TemporaryFolderTest):
    def test_reads_paragraphs_by_id(self):
        self.assertEqual(help_pages.paragraphs(PAGE_EN), {
            ('hd_1', 0): 'The Title', ('par_1', 0): 'First text.',
            ('par_3', 0): 'Press Ctrl now', ('par_1', 1): 'Again & again',
            ('par_5', 0): 'Has  in it'})

    def test_pairs_pages_by_their_path_and_paragraphs_by_id(self):
        self.write('en/help/en-US/text/a/page.html', PAGE_EN)
        self.write('en/help/en-US/text/only.html', PAGE_EN)
        self.write('de/help/de/text/a/page.html',
                   '<p id="par_1">Erster Text.</p><p id="par_9">Mehr</p>')
        found = list(help_pages.pairs(self.folder + '/en', self.folder + '/de'))
        self.assertEqual(found, [('help/a/page', 'First text.', 'Erster Text.')])


def mo_file(entries, order='<'):
    """The bytes of a catalogue, as the format's documentation lays it out."""
    keys, values = zip(*[(key.encode(), value.encode()) for key, value in entries])
    tables, texts = [], b''
    start = 28 + 16 * len(entries)
    for column in (keys, values):
        table = b''
        for text in column:
            table += struct.pack(order + '2I', len(text), start + len(texts))
            texts += text + b'\0'
        tables.append(table)
    head = struct.pack(order + '7I', 0x950412de, 0, len(entries), 28, 28 + 8 * len(entries), 0, 0)
    return head + tables[0] + tables[1] + texts


class CatalogueTest(TemporaryFolderTest):
    ENTRIES = [('', 'Language: de'), ('_Open', 'Ö~ffnen'), ('menu\4Close', 'Schließen'),
               ('one file\0many files', 'eine Datei\0viele Dateien')]

    def test_reads_mo_in_both_byte_orders(self):
        expected = [('_Open', 'Ö~ffnen'), ('Close', 'Schließen'), ('one file', 'eine Datei'),
                    ('many files', 'viele Dateien')]
        for order in '<>':
            self.assertEqual(list(catalogues.read_mo(mo_file(self.ENTRIES, order))), expected)
        self.assertEqual(list(catalogues.read_mo(b'')), [])

    def test_mo_pairs_have_no_accelerators_and_are_marked_as_menus(self):
        self.write('usr/de/LC_MESSAGES/app.mo', mo_file(self.ENTRIES))
        self.write('usr/fr/LC_MESSAGES/app.mo', mo_file(self.ENTRIES))
        found = list(catalogues.mo_pairs(self.folder, 'de'))
        self.assertEqual(found[0], ('mo/app', 'Open', 'Öffnen'))
        self.assertEqual(len(found), 4)

    PO = r'''
msgid ""
msgstr "Language: de\n"

#: a.c:1
msgid "Hello "
"world\n"
msgstr "Hallo Welt\n"

#, fuzzy
msgid "not sure"
msgstr "nicht sicher"

#, c-format
msgctxt "menu"
msgid "%d \"file\""
msgid_plural "%d files"
msgstr[0] "%d »Datei«"
msgstr[1] "%d Dateien"

#~ msgid "old"
#~ msgstr "alt"

msgid "last"
msgstr "letzter"
'''

    def test_reads_po(self):
        self.assertEqual(list(catalogues.read_po(io.StringIO(self.PO))),
                         [('Hello world\n', 'Hallo Welt\n'), ('%d "file"', '%d »Datei«'),
                          ('last', 'letzter')])

    def test_po_pairs_come_from_files_of_the_language(self):
        self.write('po/de.po', self.PO)
        self.write('po/fr.po', self.PO)
        found = list(catalogues.po_pairs(self.folder, 'de'))
        self.assertEqual({document for document, _, _ in found}, {'po/po/de.po'})
        self.assertEqual(len(found), 3)


class HeldOutTest(unittest.TestCase):
    # Sentences differ in their letters, which alone count for sameness.
    PAIRS = [held_out.Pair(f'desc/{chr(97 + d // 26)}{chr(97 + d % 26)}',
                           f'the sentence {chr(97 + d // 26)}{chr(97 + d % 26)} {w} is here',
                           f'der Satz {chr(97 + d // 26)}{chr(97 + d % 26)} {w} steht hier')
             for d in range(300) for w in ('one', 'two', 'three')]

    def test_documents_are_in_one_set_each_and_nothing_leaks(self):
        common = held_out.Pair('desc/zz', 'words that many packages share here',
                               'Worte, die viele Pakete teilen')
        pairs = self.PAIRS + [common._replace(document=f'desc/{chr(97 + i)}b') for i in range(26)]
        sets = held_out.split(pairs)
        self.assertGreater(len(sets.test), 10)
        self.assertGreater(len(sets.valid), 10)
        self.assertEqual(set(held_out.leaks(sets).values()), {0})
        documents = [{pair.document for pair in pairs} for pairs in sets]
        for first, second in ((0, 1), (0, 2), (1, 2)):
            self.assertFalse(documents[first] & documents[second])

    def test_training_pair_with_a_held_out_side_is_dropped(self):
        test = held_out.split(self.PAIRS).test
        same_source = test[0]._replace(document='mo/menu', target='etwas ganz anderes')
        same_target = test[1]._replace(document='mo/menu', source='something else entirely')
        differs_in_marks = test[2]._replace(document='mo/menu', source=test[2].source.upper() + '!')
        sets = held_out.split(self.PAIRS + [same_source, same_target, differs_in_marks])
        self.assertNotIn('mo/menu', {pair.document for pair in sets.train})

    def test_leaks_are_found(self):
        pair = held_out.Pair('desc/a', 'one two three', 'eins zwei drei')
        leaks = held_out.leaks(held_out.Sets([pair], [], [pair]))
        for what, count in (('test documents', 1), ('test sources', 1), ('test targets', 1), ('valid sources', 0)):
            self.assertEqual(leaks[what], count)

    def test_menus_are_for_training_only(self):
        pairs = [pair._replace(document='mo/' + pair.document) for pair in self.PAIRS]
        sets = held_out.split(pairs)
        self.assertEqual((len(sets.valid), len(sets.test)), (0, 0))
        self.assertEqual(len(sets.train), len(pairs))

    def test_order_of_the_input_does_not_matter(self):
        self.assertEqual(held_out.split(self.PAIRS), held_out.split(self.PAIRS[::-1]))


FAKE_APT = '''#!/bin/sh
# update: the two indices; download: a package whose content is its name.
for word; do case $word in Dir::State::Lists=*) lists=${{word#*=}} ;; esac; done
case $* in
  *update) {update} ;;
  *download*)
    for package; do :; done
    case $package in {packages}) echo "$package" > "${{package}}_1_all.deb" ;; esac ;;
esac
'''
FAKE_DPKG = '''#!/bin/sh
mkdir -p "$3" && cp -r "{trees}/$(cat "$2")/." "$3"
'''


class CommandTest(TemporaryFolderTest):
    def setUp(self):
        super().setUp()
        self.output = os.path.join(self.folder, 'out', 'en-de')
        self.write('trees/libreoffice-help-en-us/x/text/a.html', PAGE_EN)
        self.write('trees/libreoffice-help-de/x/text/a.html',
                   '<p id="par_3">Drücken Sie jetzt Strg</p>')
        self.write('trees/libreoffice-l10n-de/de/LC_MESSAGES/m.mo',
                   mo_file([('', ''), ('Open _the file', 'Die Datei öffnen')]))
        self.write('Translation-en', INDEX_EN)
        self.write('Translation-de', INDEX_DE)
        copies = ' && '.join(
            f'cp "{self.folder}/Translation-{code}" "$lists/host_i18n_Translation-{code}"'
            for code in ('en', 'de'))
        self.fake('apt-get', FAKE_APT.format(update=copies, packages='libreoffice*'))
        self.fake('dpkg-deb', FAKE_DPKG.format(trees=os.path.join(self.folder, 'trees')))

    def fake(self, name, script):
        path = self.write('bin/' + name, script)
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)

    def run_command(self, *arguments):
        path = os.path.join(self.folder, 'bin') + os.pathsep + os.environ['PATH']
        return subprocess.run([sys.executable, os.path.join(FOLDER, 'make_corpus'), *arguments],
                              env={**os.environ, 'PATH': path}, text=True, capture_output=True,
                              check=False)

    def expect(self, status, stream, message, *arguments):
        result = self.run_command(*arguments)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        self.assertIn(message, getattr(result, stream))

    def lines(self, name):
        with open(os.path.join(self.output, name), encoding='utf-8') as file:
            return file.read().splitlines()

    def test_makes_a_corpus_of_all_sources(self):
        self.expect(0, 'stderr', '', 'de', self.output)
        english = [line for name in ('train', 'valid', 'test') for line in self.lines(name + '.en')]
        self.assertLessEqual({'This library paints things.', 'Press Ctrl now', 'Open the file'}, set(english))
        for name in ('train', 'valid', 'test'):
            lengths = {len(self.lines(name + suffix)) for suffix in ('.en', '.de', '.doc')}
            self.assertEqual(len(lengths), 1)
        with open(os.path.join(self.output, 'corpus.json'), encoding='utf-8') as file:
            self.assertEqual(set(json.load(file)['leaks'].values()), {0})
        self.assertEqual(os.listdir(os.path.dirname(self.output)), ['en-de'])  # no scratch left

    def test_second_run_leaves_a_finished_corpus_alone(self):
        self.run_command('de', self.output)
        before = os.stat(os.path.join(self.output, 'corpus.json')).st_mtime_ns
        self.fake('apt-get', '#!/bin/sh\nexit 1\n')
        self.expect(0, 'stdout', 'is there already', 'de', self.output)
        self.assertEqual(os.stat(os.path.join(self.output, 'corpus.json')).st_mtime_ns, before)
        self.assertEqual(self.run_command('de', self.output, '--force').returncode, 3)
        self.assertTrue(corpus.is_complete(self.output, 'de'))  # and a failure leaves it, too

    def test_archive_out_of_reach_has_its_own_exit_status(self):
        self.fake('apt-get', '#!/bin/sh\necho "W: Failed to fetch an index"\nexit 0\n')
        self.expect(3, 'stderr', 'out of reach: W: Failed to fetch an index', 'de', self.output)
        self.assertFalse(os.path.exists(self.output))

    def test_language_without_text(self):
        self.expect(1, 'stderr', "no package descriptions in language 'xx'", 'xx', self.output)

    def test_missing_packages_make_it_smaller(self):
        with open(os.path.join(self.folder, 'bin', 'apt-get'), encoding='utf-8') as file:
            script = file.read()
        self.fake('apt-get', script.replace('libreoffice*)', 'none)'))
        self.expect(0, 'stdout', 'no package libreoffice-help-de', 'de', self.output)

    def test_folder_with_other_things_is_not_touched(self):
        self.write('out/en-de/precious.txt', 'mine')
        for arguments in (['de', self.output], ['de', self.output, '--force']):
            self.expect(1, 'stderr', 'neither empty nor a corpus', *arguments)
        self.assertEqual(self.lines('precious.txt'), ['mine'])

    def test_wrong_command_line(self):
        self.assertEqual(self.run_command('de').returncode, 2)
        self.assertEqual(self.run_command('../x', self.output).returncode, 2)


if __name__ == '__main__':
    unittest.main()
