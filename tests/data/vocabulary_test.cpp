// Vocabulary: ids exact against SentencePiece itself, round trips, and models that cannot be used.

#include "data/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sentencepiece_processor.h>

#include <stdexcept>

#include "data/text/error.h"
#include "tests/data/foreign_model.h"
#include "tests/data/sample_text.h"
#include "tests/testing/temp_folder.h"

namespace nmt::data::vocabulary_test {
namespace {

using nmt::testing::message_of;
using testing::foreign_model;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::made_up_pairs;
using testing::made_up_vocabulary;

TEST(VocabularyTest, EncodesAndDecodesAsSentencePieceDoes) {
  const Vocabulary vocabulary = made_up_vocabulary();
  sentencepiece::SentencePieceProcessor processor;
  ASSERT_TRUE(processor.LoadFromSerializedProto(vocabulary.serialized()).ok());
  EXPECT_EQ(vocabulary.size(), processor.GetPieceSize());
  for (const SentencePair& pair : made_up_pairs(200, /*seed=*/5)) {
    const std::vector<int32_t> ids = vocabulary.encode(pair.source);
    EXPECT_EQ(ids, processor.EncodeAsIds(pair.source));
    EXPECT_EQ(vocabulary.decode(ids), pair.source);
    for (const int32_t id : ids) ASSERT_NE(id, vocabulary.eos_id());
  }
}

TEST(VocabularyTest, SpecialPiecesHaveNoText) {
  const Vocabulary vocabulary = made_up_vocabulary();
  EXPECT_EQ(vocabulary.pad_id(), 0);
  EXPECT_EQ(vocabulary.unk_id(), 1);
  EXPECT_EQ(vocabulary.eos_id(), 2);
  EXPECT_EQ(vocabulary.piece(2), "</s>");
  std::vector<int32_t> ids = vocabulary.encode("ba be");
  ids.insert(ids.end(), {2, 0, 0});
  EXPECT_EQ(vocabulary.decode(ids), "ba be");
}

TEST(VocabularyTest, TextWithoutPieces) {
  const Vocabulary vocabulary = made_up_vocabulary();
  EXPECT_THAT(vocabulary.encode(""), IsEmpty());
  EXPECT_THAT(vocabulary.encode(" \t  "), IsEmpty());
  EXPECT_EQ(vocabulary.decode({}), "");
  EXPECT_THAT(vocabulary.sample("", 0.5, 1), IsEmpty());
}

TEST(VocabularyTest, UnknownCharactersBecomeTheUnknownPiece) {
  const Vocabulary vocabulary = made_up_vocabulary();
  EXPECT_THAT(vocabulary.encode("ba \u4E2D"), ::testing::Contains(vocabulary.unk_id()));
  EXPECT_THAT(vocabulary.decode(vocabulary.encode("ba \u4E2D")), HasSubstr("\u2047"));
}

TEST(VocabularyTest, SavedModelIsTheSameModel) {
  const nmt::testing::TempFolder folder;
  const Vocabulary vocabulary = made_up_vocabulary();
  const Vocabulary loaded = Vocabulary::load(folder.write("spm.model", vocabulary.serialized()));
  EXPECT_EQ(loaded.serialized(), vocabulary.serialized());
  EXPECT_EQ(loaded.encode("ba be bi"), vocabulary.encode("ba be bi"));
}

TEST(VocabularyTest, IdsOutOfRangeAreRefused) {
  const Vocabulary vocabulary = made_up_vocabulary();
  EXPECT_EQ(message_of<std::out_of_range>([&] { vocabulary.decode(std::vector{500}); }),
            "piece id 500 is not in 0..499");
  EXPECT_EQ(message_of<std::out_of_range>([&] { vocabulary.piece(-1); }),
            "piece id -1 is not in 0..499");
}

TEST(VocabularyTest, ModelWithoutPaddingPadsWithUnknown) {
  const Vocabulary vocabulary = Vocabulary::from_serialized(foreign_model("0", "1", "-1"));
  EXPECT_EQ(vocabulary.pad_id(), 0);
  EXPECT_EQ(vocabulary.unk_id(), 0);
  EXPECT_EQ(vocabulary.eos_id(), 1);
}

TEST(VocabularyTest, ModelWithItsOwnSpecialIds) {
  const Vocabulary vocabulary = Vocabulary::from_serialized(foreign_model("3", "5", "4"));
  EXPECT_EQ(vocabulary.pad_id(), 4);
  EXPECT_EQ(vocabulary.unk_id(), 3);
  EXPECT_EQ(vocabulary.eos_id(), 5);
}

TEST(VocabularyTest, ModelWithoutEndOfSentenceIsRefused) {
  const std::string bytes = foreign_model("0", "-1", "1");
  EXPECT_EQ(message_of<InputError>([&] { Vocabulary::from_serialized(bytes, "a.model"); }),
            "a.model: this SentencePiece model has no end-of-sentence piece; train it with an "
            "eos_id of 0 or more");
}

TEST(VocabularyTest, MissingAndForeignFilesAreNamed) {
  const nmt::testing::TempFolder folder;
  const std::string missing = folder.path("missing.model");
  EXPECT_EQ(message_of<InputError>([&] { Vocabulary::load(missing); }),
            missing + ": cannot open: No such file or directory");
  for (const std::string& bytes :
       {std::string(), std::string("the\t-2.5\nof\t-3\n"), std::string(1000, '\0'),
        std::string("\x7F"
                    "ELF\x02\x01")}) {
    const std::string path = folder.write("foreign.model", bytes);
    EXPECT_EQ(message_of<InputError>([&] { Vocabulary::load(path); }),
              path + ": is not a SentencePiece model, or is damaged");
  }
}

TEST(VocabularyTest, CutModelIsRefusedInSilence) {
  const std::string bytes = made_up_vocabulary().serialized();
  ::testing::internal::CaptureStderr();
  for (size_t kept = 0; kept < bytes.size(); kept += bytes.size() / 50) {
    EXPECT_THROW(Vocabulary::from_serialized(bytes.substr(0, kept)), InputError) << kept;
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace nmt::data::vocabulary_test
