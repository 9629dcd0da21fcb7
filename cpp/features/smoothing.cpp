#include "features/smoothing.hpp"

#include <algorithm>
#include <cmath>

#include "core/errors.hpp"
#include "core/numerics.hpp"

namespace foxml::features {

namespace {

// Two starts on real bars were seen to meet to the bit within 20.4 n bars (ema) and 42.3 n (rma), and a decay within
// e^-45, since its seed of one squared return may be 1e4 times the usual one; these are on the safe side.
constexpr std::int64_t kEmaSettlesAfter = 22;
constexpr std::int64_t kRmaSettlesAfter = 45;
constexpr double kSettledLog = -50.0;

double macd_line(const Smoothings& smoothings) noexcept {
    return smoothings.value(Forgetting::ema, Series::close, kMacdFast) -
           smoothings.value(Forgetting::ema, Series::close, kMacdSlow);
}

}  // namespace

double Smoothing::alpha() const noexcept {
    switch (forgetting) {
        case Forgetting::ema:
            return 2.0 / (length + 1.0);
        case Forgetting::rma:
            return 1.0 / length;
        case Forgetting::decay:
            return (100.0 - length) / 100.0;
    }
    return 0.0;
}

std::int64_t Smoothing::first_input() const noexcept {
    switch (series) {
        case Series::close:
        case Series::typical3:
            return 0;
        case Series::macd_line:
            return kMacdSlow - 1;
        default:
            return 1;
    }
}

std::int64_t Smoothing::warmup_bars() const noexcept {
    const Smoothing slow{Forgetting::ema, Series::close, kMacdSlow};
    const std::int64_t inputs_valid = series == Series::macd_line ? slow.warmup_bars() : first_input();
    switch (forgetting) {
        case Forgetting::ema:
            return inputs_valid + kEmaSettlesAfter * length;
        case Forgetting::rma:
            return inputs_valid + kRmaSettlesAfter * length;
        case Forgetting::decay:
            return inputs_valid + static_cast<std::int64_t>(std::ceil(kSettledLog / log(1.0 - alpha())));
    }
    return inputs_valid;
}

SmoothingLayout::SmoothingLayout(std::span<const Smoothing> smoothings)
    : index_(kForgettings * kSeries * kLengths, kUnused) {
    FOXML_ASSERT(smoothings.size() < kUnused);
    for (const Smoothing& smoothing : smoothings) {
        index_[key(smoothing.forgetting, smoothing.series, smoothing.length)] =
            static_cast<std::uint8_t>(slots_.size());
        const std::int64_t first = smoothing.first_input();
        slots_.push_back(
            Slot{smoothing, smoothing.alpha(), first, first + smoothing.seed_inputs() - 1, smoothing.seed_inputs()});
    }
}

bool SmoothingLayout::uses(Series series) const noexcept {
    return std::any_of(slots_.begin(), slots_.end(), [series](const Slot& s) { return s.smoothing.series == series; });
}

void Smoothings::update(std::int64_t index, SeriesInputs inputs) noexcept {
    const auto slots = layout_->slots();
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const auto& slot = slots[i];
        if (index < slot.first_input) {
            continue;
        }
        const Series series = slot.smoothing.series;
        const double x = series == Series::macd_line ? macd_line(*this) : inputs[series];
        double& value = values_[i];
        if (index > slot.seed_at) {
            value += slot.alpha * (x - value);
        } else {
            value += x;
            value = index == slot.seed_at ? value / slot.seed_inputs : value;
        }
    }
}

void Smoothings::load(ByteReader& reader) {
    reader.get_all(std::span<double>(values_));
    if (!std::all_of(values_.begin(), values_.end(), [](double value) { return std::isfinite(value); })) {
        throw InvalidInput("snapshot holds a recursive average that is not finite");
    }
}

}  // namespace foxml::features
