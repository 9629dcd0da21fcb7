#include "features/smoothing.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "core/numerics.hpp"

namespace foxml::features {

namespace {

// Two starts on real bars were seen to meet to the bit within 21.2 n bars (ema) and 44.6 n (rma), and a decay within
// e^-45, since its seed of one squared return may be 1e4 times the usual one; these are on the safe side. What is made
// of differences of closes or changes its sign jumps more, and was seen to take 32 n and 47 n.
constexpr std::int64_t kEmaSettlesAfter = 22;
constexpr std::int64_t kRmaSettlesAfter = 45;
constexpr std::int64_t kJumpyEmaSettlesAfter = 34;
constexpr std::int64_t kJumpyRmaSettlesAfter = 50;
constexpr double kSettledLog = -50.0;

constexpr std::uint64_t kGoldenRatio = 0x9e37'79b9'7f4a'7c15;

bool jumpy(const Source& source) noexcept {
    if (source.first > 0) {  // an average is not
        return false;
    }
    switch (source.series) {
        case Series::accumulation:
        case Series::gain:
        case Series::loss:
        case Series::change:
        case Series::change_size:
        case Series::force:
            return true;
        default:
            return false;
    }
}

Smoothing average(Forgetting forgetting, const Source& source, int length) {
    return {forgetting, source, static_cast<std::uint8_t>(length)};
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

std::vector<Smoothing> Smoothing::reads() const {
    if (source.series == Series::macd_line) {
        return {average(Forgetting::ema, Series::close, source.first),
                average(Forgetting::ema, Series::close, source.second)};
    }
    if (source.series == Series::directional_index) {
        return {average(Forgetting::rma, Series::up_move, source.first),
                average(Forgetting::rma, Series::down_move, source.first)};
    }
    if (source.second > 0) {
        return {average(Forgetting::ema, {source.series, source.first}, source.second)};
    }
    if (source.first > 0) {
        return {average(Forgetting::ema, source.series, source.first)};
    }
    return {};
}

std::int64_t Smoothing::first_input() const {
    std::int64_t first = source.series >= Series::true_range ? 1 : 0;
    for (const Smoothing& read : reads()) {
        first = std::max(first, read.seed_at());
    }
    return first;
}

std::int64_t Smoothing::warmup_bars() const {
    const std::vector<Smoothing> inner = reads();
    std::int64_t inputs_valid = inner.empty() ? first_input() : 0;
    for (const Smoothing& read : inner) {
        inputs_valid = std::max(inputs_valid, read.warmup_bars());
    }
    switch (forgetting) {
        case Forgetting::ema:
            return inputs_valid + (jumpy(source) ? kJumpyEmaSettlesAfter : kEmaSettlesAfter) * length;
        case Forgetting::rma:
            return inputs_valid + (jumpy(source) ? kJumpyRmaSettlesAfter : kRmaSettlesAfter) * length;
        case Forgetting::decay:
            return inputs_valid + static_cast<std::int64_t>(std::ceil(kSettledLog / log(1.0 - alpha())));
    }
    return inputs_valid;
}

SmoothingLayout::SmoothingLayout(std::span<const KeptSmoothing> smoothings) {
    for (const auto& [smoothing, rows] : smoothings) {
        const std::size_t kept = std::bit_ceil(static_cast<std::size_t>(rows));
        Slot slot{smoothing,
                  smoothing.alpha(),
                  smoothing.first_input(),
                  smoothing.seed_at(),
                  smoothing.seed_inputs(),
                  {static_cast<std::uint32_t>(size_), static_cast<std::uint32_t>(kept - 1)},
                  {},
                  0};
        for (const Smoothing& read : smoothing.reads()) {
            const auto found =
                std::find_if(slots_.begin(), slots_.end(), [&read](const Slot& s) { return s.smoothing == read; });
            FOXML_ASSERT(found != slots_.end());
            slot.reads[slot.reads_count++] = found->place;
        }
        slots_.push_back(slot);
        size_ += kept;
    }
    build_table();
}

bool SmoothingLayout::separates() const {
    std::vector<bool> taken(places_.size());
    return std::none_of(slots_.begin(), slots_.end(), [this, &taken](const Slot& slot) {
        const std::size_t place = bucket(slot.smoothing.key());
        const bool collides = taken[place];
        taken[place] = true;
        return collides;
    });
}

void SmoothingLayout::build_table() {
    constexpr int kTriesPerSize = 64;
    int bits = std::bit_width(slots_.size()) + 2;
    places_.resize(std::size_t{1} << bits);
    shift_ = 64 - bits;
    multiplier_ = kGoldenRatio;
    for (int tries = 1; !separates(); ++tries) {
        multiplier_ = multiplier_ * kGoldenRatio | 1U;
        if (tries % kTriesPerSize == 0) {
            places_.resize(std::size_t{1} << ++bits);
            shift_ = 64 - bits;
        }
    }
    for (const Slot& slot : slots_) {
        places_[bucket(slot.smoothing.key())] = slot.place;
    }
}

double Smoothings::input(const SmoothingLayout::Slot& slot, const SeriesInputs& inputs) const noexcept {
    if (slot.reads_count == 0) {
        return inputs[slot.smoothing.source.series];
    }
    const double first = values_[slot.reads[0].at(last_)];
    if (slot.reads_count == 1) {
        return first;
    }
    const double second = values_[slot.reads[1].at(last_)];
    if (slot.smoothing.source.series == Series::macd_line) {
        return first - second;
    }
    const double both = first + second;
    return both > 0.0 ? 100.0 * std::fabs(first - second) / both : std::numeric_limits<double>::quiet_NaN();
}

void Smoothings::update(std::int64_t index, std::int64_t place, const SeriesInputs& inputs) noexcept {
    last_ = place;
    for (const auto& slot : layout_->slots()) {
        if (index < slot.first_input) {
            continue;
        }
        const double before = values_[slot.place.at(place - 1)];
        double& value = values_[slot.place.at(place)];
        const double x = input(slot, inputs);
        const bool defined = !std::isnan(x);
        if (index > slot.seed_at) {
            value = defined ? before + slot.alpha * (x - before) : before;
        } else {
            value = before + (defined ? x : 0.0);
            value = index == slot.seed_at ? value / slot.seed_inputs : value;
        }
    }
}

void Smoothings::reset() noexcept {
    values_.fill(0.0);
    last_ = -1;
}

void Smoothings::save(ByteWriter& writer) const {
    for (const auto& slot : layout_->slots()) {
        for (std::int64_t lag = slot.place.mask; lag >= 0; --lag) {
            writer.put(values_[slot.place.at(last_ - lag)]);
        }
    }
}

void Smoothings::load(ByteReader& reader, std::int64_t place) {
    last_ = place;
    for (const auto& slot : layout_->slots()) {
        for (std::int64_t lag = slot.place.mask; lag >= 0; --lag) {
            const auto value = reader.get<double>();
            if (!std::isfinite(value)) {
                throw InvalidInput("snapshot holds a recursive average that is not finite");
            }
            values_[slot.place.at(last_ - lag)] = value;
        }
    }
}

}  // namespace foxml::features
