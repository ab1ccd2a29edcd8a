// The table of test sets and the released files that say which segments belong together.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "data/text/error.h"
#include "nmt/sacrebleu/test_sets/segment_filter.h"
#include "nmt/sacrebleu/test_sets/test_set_table.h"
#include "nmt/sacrebleu/test_sets/wmt_xml.h"
#include "nmt/sacrebleu/test_sets/xml_document.h"
#include "tests/testing/temp_folder.h"

namespace nmt::sacrebleu::test_sets_test {
namespace {

using nmt::testing::message_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const TestSetCache kCache(NMT_GOLDEN_METRICS "/test_sets/cache");

SegmentFilter filter_of(const char* sets, const std::string& pair) {
  return {kCache, test_sets_named(sets), pair};
}

TEST(TestSetTable, IsSortedAndEveryPairIsWhole) {
  std::set<std::string_view> names;
  for (const TestSet& test_set : test_sets()) {
    EXPECT_TRUE(names.empty() || *names.rbegin() < test_set.name) << test_set.name;
    names.insert(test_set.name);
    for (const LanguagePair& pair : test_set.pairs) {
      EXPECT_NE(pair.name.find('-'), pair.name.npos) << test_set.name;
      EXPECT_TRUE(pair.references.starts_with("ref")) << test_set.name;
      EXPECT_EQ(test_set.layout == TestSetLayout::kXml, pair.raw_file.ends_with(".xml"))
          << test_set.name;
    }
  }
  EXPECT_EQ(names.size(), 67u);
}

TEST(TestSetCacheTest, NamesFieldsAndFiles) {
  EXPECT_THAT(kCache.fields(*find_test_set("wmt20/tworefs"), "en-de"),
              ElementsAre("src", "ref:0", "ref:1", "docid", "genre", "origlang"));
  EXPECT_THAT(kCache.references(*find_test_set("wmt21/AB"), "de-en"),
              ElementsAre(kCache.folder() + "/wmt21/AB/wmt21_AB.de-en.ref-A",
                          kCache.folder() + "/wmt21/AB/wmt21_AB.de-en.ref-B"));
}

TEST(SegmentFilterTest, KeepsDocumentsByOriginAndTopic) {
  const SegmentFilter news = filter_of("wmt18", "en-de");
  EXPECT_THAT(news.chosen("de", std::nullopt),
              ElementsAre(false, false, false, true, true, true, false, false));
  EXPECT_THAT(news.chosen("non-de", "country:US"),
              ElementsAre(false, false, true, false, false, false, true, true));
  EXPECT_THAT(news.origins(), ElementsAre("de", "en"));
  EXPECT_THAT(filter_of("wmt23", "de-en").topics(), ElementsAre("news", "user_review"));
  EXPECT_THAT(filter_of("multi30k/2016", "en-de").origins(), IsEmpty());
}

TEST(SegmentFilterTest, RefusesSetsWithoutDocumentsOrTopics) {
  EXPECT_THAT(message_of<InputError>(
                  [] { filter_of("multi30k/2016", "en-de").chosen("en", std::nullopt); }),
              HasSubstr("multi30k/2016 marks none"));
  EXPECT_THAT(
      message_of<InputError>([] { filter_of("wmt20", "en-de").chosen(std::nullopt, "US"); }),
      HasSubstr("nobody noted topics of the documents of wmt20"));
}

TEST(XmlDocumentTest, ReadsTextAttributesAndEntities) {
  const XmlDocument document(
      "\xEF\xBB\xBF<?xml version=\"1.0\" encoding='UTF-8' ?><!DOCTYPE a [<!ENTITY e 'own'>]><!-- x "
      "-->\n"
      "<a k='1 &lt;\n2' e='&e;'><![CDATA[<two>]]><b/><c>&e;<b x=\"y\"></b ></c><n:b "
      "xmlns:n='u'/></a>\n",
      "f");
  const XmlElement root = document.root();
  EXPECT_EQ(root.name(), "a");
  EXPECT_EQ(root.attribute("k"), "1 < 2");
  EXPECT_EQ(root.attribute("e"), "own");
  EXPECT_EQ(root.attribute("absent"), std::nullopt);
  EXPECT_TRUE(root.has_text());
  EXPECT_TRUE(root.descendants("c")[0].has_text());
  ASSERT_EQ(root.descendants("b").size(), 2u);
  EXPECT_EQ(root.descendants("b")[1].attribute("x"), "y");
  EXPECT_FALSE(root.descendants("b")[1].has_text());
}

TEST(XmlDocumentTest, TextStandsBeforeTheFirstChildOrComment) {
  EXPECT_FALSE(XmlDocument("<a><!-- x -->text</a>", "f").root().has_text());
  EXPECT_FALSE(XmlDocument("<a><b/>text</a>", "f").root().has_text());
}

TEST(XmlDocumentTest, NothingOutsideIsRead) {
  const XmlDocument document(
      "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><a><b/>&e;</a>", "f");
  EXPECT_EQ(document.root().descendants("b").size(), 1u);
}

TEST(XmlDocumentTest, RefusesWhatIsNotWellFormedWithItsLine) {
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "<a>";
  for (const std::string text :
       {"<a>", "<a></b>", "<a/><b/>", "<a x=1/>", "<a x='1' x='2'/>", "<a>&nbsp;</a>",
        "<a>\xFF</a>", "<a>\x1c</a>", deep.c_str(), "a"}) {
    EXPECT_THAT(message_of<InputError>([&] { XmlDocument("\n" + text, "f.xml"); }),
                HasSubstr("f.xml:2: not well-formed XML: "))
        << text.substr(0, 20);
  }
  EXPECT_THAT(message_of<InputError>([] { XmlDocument("", "f.xml"); }), HasSubstr("f.xml:"));
}

TEST(WmtXmlTest, RefusesWhatCannotBeAssigned) {
  const nmt::testing::TempFolder folder;
  const auto read = [&](const std::string& documents) {
    read_wmt_xml(folder.write("a.xml", "<d>" + documents + "</d>"));
  };
  const auto problem = [&](const std::string& documents) {
    return message_of<InputError>([&] { read(documents); });
  };
  const std::string source = "<src lang='en'><seg id='1'>a</seg></src>";
  const std::string reference = "<ref lang='de'><seg id='1'>b</seg></ref>";
  const std::string start = "<doc id='1' origlang='en'>";
  EXPECT_NO_THROW(read(start + source + reference + "</doc>"));
  EXPECT_THAT(problem(start + source + "</doc>"),
              HasSubstr("<ref> elements of one language, has 0"));
  EXPECT_THAT(problem("<doc id='1'>" + source + reference + "</doc>"),
              HasSubstr("without origlang"));
  EXPECT_THAT(problem(start + source + reference + "<hyp system='S'/></doc>"),
              HasSubstr("system S lacks segment 1"));
  EXPECT_THAT(problem(start + source + reference + "<hyp system='S'><seg id='x'/></hyp></doc>"),
              HasSubstr("id 'x'"));
}

}  // namespace
}  // namespace nmt::sacrebleu::test_sets_test
