#include "trees/ranking.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace foxml::trees {

namespace {

constexpr std::size_t kBlock = 16;

/// The largest value that is not above the threshold: compares as the threshold does.
template <typename Value>
Value floor_of(double threshold) noexcept {
    const auto value = static_cast<Value>(threshold);
    return static_cast<double>(value) > threshold ? std::nextafter(value, -std::numeric_limits<Value>::infinity())
                                                  : value;
}

template <typename Value>
Value place_of_nan(const Column& column) noexcept {
    if (column.missing == Missing::none) {
        return Value{0};
    }
    return column.default_left ? -std::numeric_limits<Value>::infinity() : std::numeric_limits<Value>::quiet_NaN();
}

}  // namespace

Ranking::Ranking(const Forest& forest, const Columns& columns)
    : functions_(rank_row_avx512()),
      used_((forest.feature_count + 15) / 16 + 1),
      zeros_(columns.size() / 16 + 1),
      feature_count_(forest.feature_count),
      first_count_(columns.first_count()),
      columns_(columns.size()),
      rounds_(forest.inputs == Inputs::rounded_to_float) {
    for (std::size_t i = 0; i < columns_; ++i) {
        const Column& column = columns[i];
        const auto feature = static_cast<std::size_t>(column.feature);
        if (i < first_count_) {
            used_[feature / 16] = static_cast<std::uint16_t>(used_[feature / 16] | 1U << feature % 16);
        } else {
            later_features_.push_back(column.feature);
        }
        if (column.missing == Missing::zero) {
            zeros_[i / 16] = static_cast<std::uint16_t>(zeros_[i / 16] | 1U << i % 16);
            has_zeros_ = true;
        }
    }
    lay_out(columns);
    build(columns, floats_);
    if (!rounds_) {
        build(columns, doubles_);
    }
}

void Ranking::lay_out(const Columns& columns) {
    std::size_t cell = 0;
    for (std::size_t first = 0; first < columns_; first += kBlock) {
        std::size_t blocks = 1;
        for (std::size_t i = first; i < std::min(first + kBlock, columns_); ++i) {
            blocks = std::max(blocks, (columns[i].thresholds.size() + kBlock - 1) / kBlock);
        }
        chunks_.push_back({static_cast<std::uint32_t>(cell), static_cast<std::uint32_t>(blocks - 1)});
        cell += (blocks - 1) * kBlock + kBlock * blocks * kBlock;
    }
    cell_count_ = cell;
}

template <typename Value>
void Ranking::build(const Columns& columns, Store<Value>& store) {
    store.cells.grow(cell_count_ * sizeof(Value));
    auto* const cells = reinterpret_cast<Value*>(store.cells.data());
    std::fill_n(cells, cell_count_, std::numeric_limits<Value>::infinity());
    store.missing.resize(whole_lines(columns_ + 1));
    for (std::size_t i = 0; i < columns_; ++i) {
        store.missing[i] = place_of_nan<Value>(columns[i]);
        const RankChunk& chunk = chunks_[i / kBlock];
        Value* const separators = cells + chunk.first_cell + i % kBlock;
        Value* const blocks =
            cells + chunk.first_cell + chunk.separators * kBlock + i % kBlock * (chunk.separators + 1) * kBlock;
        const std::vector<double>& thresholds = columns[i].thresholds;
        for (std::size_t k = 0; k < thresholds.size(); ++k) {
            blocks[k] = floor_of<Value>(thresholds[k]);
            if (k % kBlock == kBlock - 1 && k / kBlock < chunk.separators) {
                separators[k / kBlock * kBlock] = blocks[k];
            }
        }
    }
}

template <typename Value>
RankTable<Value> Ranking::table(const Store<Value>& store) const noexcept {
    return {store.cells.template as<Value>(),
            chunks_.data(),
            store.missing.data(),
            used_.data(),
            later_features_.data(),
            has_zeros_ ? zeros_.data() : nullptr,
            static_cast<std::uint32_t>(feature_count_),
            static_cast<std::uint32_t>(first_count_),
            static_cast<std::uint32_t>(columns_)};
}

std::size_t Ranking::scratch_bytes() const noexcept {
    // The last values may be written 16 at a time.
    const std::size_t values = whole_lines(columns_ + 1) + 64;
    return rank_bytes() + values * (sizeof(double) + sizeof(std::uint16_t));
}

std::size_t Ranking::bytes() const noexcept { return floats_.cells.size() + doubles_.cells.size(); }

template <typename Value>
RankScratch<Value> Ranking::parts(std::uint8_t* scratch) const noexcept {
    std::uint8_t* const words = scratch + rank_bytes();
    std::uint8_t* const values = words + (whole_lines(columns_ + 1) + 64) * sizeof(std::uint16_t);
    return {reinterpret_cast<Value*>(values), reinterpret_cast<std::uint16_t*>(words), scratch};
}

template <typename Value>
void Ranking::rank(const Value* row, std::uint8_t* scratch) const noexcept {
    if constexpr (std::is_same_v<Value, float>) {
        functions_.floats(table(floats_), row, parts<float>(scratch));
    } else if (rounds_) {
        functions_.rounded(table(floats_), row, parts<float>(scratch));
    } else {
        functions_.doubles(table(doubles_), row, parts<double>(scratch));
    }
}

template void Ranking::rank<float>(const float*, std::uint8_t*) const noexcept;
template void Ranking::rank<double>(const double*, std::uint8_t*) const noexcept;

}  // namespace foxml::trees
