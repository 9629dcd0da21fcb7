#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "features/gauge_spec.hpp"

namespace foxml::features {

/// Which gauges a timeframe keeps, and the number of each.
class GaugeLayout {
   public:
    /// No two may be equal.
    explicit GaugeLayout(std::vector<GaugeSpec> specs);

    [[nodiscard]] std::span<const GaugeSpec> specs() const noexcept { return specs_; }
    /// Of a gauge of the layout.
    [[nodiscard]] std::size_t number(const GaugeSpec& spec) const noexcept { return numbers_[bucket(spec.key())]; }

   private:
    [[nodiscard]] std::size_t bucket(std::uint64_t key) const noexcept { return key * multiplier_ >> shift_; }
    [[nodiscard]] bool separates() const;
    void build_table();

    std::vector<GaugeSpec> specs_;
    /// A table without collisions: its multiplier is searched for when the layout is made, so a read is one look.
    std::vector<std::uint32_t> numbers_;
    std::uint64_t multiplier_ = 1;
    int shift_ = 63;
};

}  // namespace foxml::features
