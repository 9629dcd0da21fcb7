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

/// One piece of memory for many blocks, from which each takes its parts: alone a block may be too small for a large
/// page.
class BlockPool {
   public:
    explicit BlockPool(std::size_t bytes) : bytes_(bytes), memory_(allocate_block(bytes), std::free) {}

    /// Bytes that a part of so many takes.
    [[nodiscard]] static constexpr std::size_t whole_lines(std::size_t bytes) noexcept {
        return (bytes + 63) / 64 * 64;
    }

    /// The next part, which begins a cache line. There must be so much left; the memory lives as long as any part.
    template <typename Word>
    [[nodiscard]] std::shared_ptr<Word[]> take(std::size_t count) {
        auto* const words = reinterpret_cast<Word*>(static_cast<std::byte*>(memory_.get()) + taken_);
        taken_ += whole_lines(count * sizeof(Word));
        FOXML_ASSERT(taken_ <= bytes_);
        return {memory_, words};
    }

   private:
    std::size_t bytes_;
    std::size_t taken_ = 0;
    std::shared_ptr<void> memory_;
};

/// Memory of eight symbols, word by word: word i of lane k is at 8 i + k, so one vector holds a word of all.
template <typename Word>
class BlockMemory {
   public:
    BlockMemory(std::size_t words, Word fill, BlockPool& pool)
        : words_(words), data_(pool.take<Word>(words * kBlockLanes)) {
        std::uninitialized_fill_n(data_.get(), words * kBlockLanes, fill);
    }

    /// Of so many words.
    [[nodiscard]] static constexpr std::size_t bytes_of(std::size_t words) noexcept {
        return BlockPool::whole_lines(words * kBlockLanes * sizeof(Word));
    }

    [[nodiscard]] std::size_t words() const noexcept { return words_; }
    [[nodiscard]] Word* data() const noexcept { return data_.get(); }

   private:
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
    [[nodiscard]] Word* data() noexcept { return data_; }
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
