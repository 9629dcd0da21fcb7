#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

#include "core/errors.hpp"

namespace foxml::features {

/// How many symbols a block holds side by side: as many as a vector has lanes.
inline constexpr std::size_t kBlockLanes = 8;

/// Memory whose first byte begins a cache line; from a few megabytes on in large pages where the machine has them,
/// since a block's next bar reads here and there in all of it. Freed by std::free; throws std::bad_alloc.
[[nodiscard]] void* allocate_block(std::size_t bytes);

/// Memory of eight symbols, word by word: word i of lane k is at 8 i + k, so one vector holds a word of all.
template <typename Word>
class BlockMemory {
   public:
    BlockMemory(std::size_t words, Word fill) : words_(words), data_(allocate(words * kBlockLanes)) {
        std::uninitialized_fill_n(data_.get(), words * kBlockLanes, fill);
    }

    [[nodiscard]] std::size_t words() const noexcept { return words_; }
    [[nodiscard]] Word* data() const noexcept { return data_.get(); }

   private:
    static std::shared_ptr<Word[]> allocate(std::size_t count) {
        return {static_cast<Word*>(allocate_block(count * sizeof(Word))), [](Word* words) { std::free(words); }};
    }

    std::size_t words_;
    std::shared_ptr<Word[]> data_;
};

/// The words of one symbol: its own, or one lane of a block's.
///
/// Assigning copies the values into place; where they are does not change.
template <typename Word>
class Interleaved {
   public:
    Interleaved(std::size_t words, Word fill) : words_(words), stride_(1), memory_(new Word[words == 0 ? 1 : words]) {
        data_ = memory_.get();
        this->fill(fill);
    }
    Interleaved(const BlockMemory<Word>& block, std::size_t lane) noexcept
        : words_(block.words()), stride_(kBlockLanes), data_(block.data() + lane) {}

    Interleaved(Interleaved&& other) noexcept = default;
    Interleaved& operator=(Interleaved&& other) noexcept {
        FOXML_ASSERT(words_ == other.words_);
        for (std::size_t i = 0; i < words_; ++i) {
            (*this)[i] = other[i];
        }
        return *this;
    }
    ~Interleaved() = default;

    [[nodiscard]] Word& operator[](std::size_t i) noexcept { return data_[i * stride_]; }
    [[nodiscard]] const Word& operator[](std::size_t i) const noexcept { return data_[i * stride_]; }
    /// The first word.
    [[nodiscard]] const Word* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return words_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return words_ * sizeof(Word); }
    /// Steps from one word to the next.
    [[nodiscard]] std::size_t stride() const noexcept { return stride_; }

    void fill(Word value) noexcept {
        for (std::size_t i = 0; i < words_; ++i) {
            (*this)[i] = value;
        }
    }

   private:
    std::size_t words_;
    std::size_t stride_;
    std::unique_ptr<Word[]> memory_;
    Word* data_;
};

}  // namespace foxml::features
