#include "features/gauge_layout.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/errors.hpp"

namespace foxml::features {

namespace {

constexpr std::uint64_t kGoldenRatio = 0x9e37'79b9'7f4a'7c15;

}  // namespace

GaugeLayout::GaugeLayout(std::vector<GaugeSpec> specs) : specs_(std::move(specs)) { build_table(); }

bool GaugeLayout::separates() const {
    std::vector<bool> taken(numbers_.size());
    return std::none_of(specs_.begin(), specs_.end(), [this, &taken](const GaugeSpec& spec) {
        const std::size_t place = bucket(spec.key());
        const bool collides = taken[place];
        taken[place] = true;
        return collides;
    });
}

void GaugeLayout::build_table() {
    for (const GaugeSpec& spec : specs_) {
        FOXML_ASSERT(spec.has_key());
    }
    constexpr int kTriesPerSize = 64;
    int bits = std::bit_width(specs_.size()) + 2;
    numbers_.resize(std::size_t{1} << bits);
    shift_ = 64 - bits;
    multiplier_ = kGoldenRatio;
    for (int tries = 1; !separates(); ++tries) {
        multiplier_ = multiplier_ * kGoldenRatio | 1U;
        if (tries % kTriesPerSize == 0) {
            numbers_.resize(std::size_t{1} << ++bits);
            shift_ = 64 - bits;
        }
    }
    for (std::size_t i = 0; i < specs_.size(); ++i) {
        numbers_[bucket(specs_[i].key())] = static_cast<std::uint32_t>(i);
    }
}

}  // namespace foxml::features
