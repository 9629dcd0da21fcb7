#include "features/gauges/rank_window.hpp"

#include <limits>

#include "core/errors.hpp"

namespace foxml::features {

namespace {

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

std::size_t count_below(const std::int64_t* values, std::size_t count, std::int64_t value) {
    std::int64_t total = 0;
    for (std::size_t i = 0; i < count; ++i) {
        total += (values[i] < value ? 1 : 0) - (values[i] > value ? 1 : 0);
    }
    return count + static_cast<std::size_t>(total);
}

CountBelow count_of(Isa isa) noexcept {
    switch (isa) {
        case Isa::avx512:
            return count_below_avx512;
        case Isa::avx2:
            return count_below_avx2;
        case Isa::scalar:
            break;
    }
    return count_below;
}

}  // namespace

RankWindow::RankWindow(int window, Isa isa) : recent_(window, kLargest), count_(count_of(isa)) {}

void RankWindow::load(ByteReader& reader) {
    recent_.load(reader, [this](std::int64_t value) {
        if (value < 0 || value == kLargest) {
            throw InvalidInput("snapshot holds a value that has no rank");
        }
        push(value);
    });
}

}  // namespace foxml::features
