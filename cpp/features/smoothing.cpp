#include "features/smoothing.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <tuple>

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

int depth_of(const Smoothing& smoothing) {
    int depth = 0;
    for (const Smoothing& read : smoothing.reads()) {
        depth = std::max(depth, depth_of(read) + 1);
    }
    return depth;
}

std::size_t rows_of(const KeptSmoothing& kept) { return std::bit_ceil(static_cast<std::size_t>(kept.rows)); }

/// What must be equal for averages to be taken in together, and then an order in which those of one formula are near.
auto order_of(const KeptSmoothing& kept) {
    const Smoothing& s = kept.smoothing;
    const bool chain = s.source.first > 0 && s.source.series < Series::macd_line;
    return std::tuple(depth_of(s), rows_of(kept), s.reads().size(), s.source.series, s.forgetting, chain, s.length,
                      s.source.first, s.source.second);
}

bool same_bank(const KeptSmoothing& a, const KeptSmoothing& b) {
    return depth_of(a.smoothing) == depth_of(b.smoothing) && rows_of(a) == rows_of(b);
}

/// Of averages of two averages, what is made of them.
bool same_kind(const SmoothingLayout::Slot& a, const SmoothingLayout::Slot& b) {
    return a.reads_count == b.reads_count &&
           (a.reads_count < 2 || a.smoothing.source.series == b.smoothing.source.series);
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
    std::vector<KeptSmoothing> sorted(smoothings.begin(), smoothings.end());
    std::sort(sorted.begin(), sorted.end(),
              [](const KeptSmoothing& a, const KeptSmoothing& b) { return order_of(a) < order_of(b); });
    for (auto first = sorted.begin(); first != sorted.end();) {
        const auto end = std::find_if_not(first, sorted.end(),
                                          [first](const KeptSmoothing& kept) { return same_bank(*first, kept); });
        add_bank({first, end});
        first = end;
    }
    add_stages();
    build_table();
}

void SmoothingLayout::add_bank(std::span<const KeptSmoothing> bank) {
    const std::size_t rows = rows_of(bank[0]);
    std::vector<Slot> slots;
    for (std::size_t i = 0; i < bank.size(); ++i) {
        const Place place{static_cast<std::uint32_t>(size_ + i), static_cast<std::uint32_t>(rows - 1),
                          static_cast<std::uint32_t>(bank.size())};
        slots.push_back(slot_of(bank[i].smoothing, place));
        seeded_at_ = std::max(seeded_at_, slots.back().seed_at);
    }
    slots_.insert(slots_.end(), slots.begin(), slots.end());
    size_ += rows * bank.size();
}

SmoothingLayout::Slot SmoothingLayout::slot_of(const Smoothing& smoothing, const Place& place) const {
    Slot slot{
        smoothing, smoothing.alpha(), smoothing.first_input(), smoothing.seed_at(), smoothing.seed_inputs(), place, {},
        0};
    for (const Smoothing& read : smoothing.reads()) {
        const auto found =
            std::find_if(slots_.begin(), slots_.end(), [&read](const Slot& s) { return s.smoothing == read; });
        FOXML_ASSERT(found != slots_.end());
        slot.reads[slot.reads_count++] = found->place;
    }
    return slot;
}

void SmoothingLayout::add_stages() {
    int depth = -1;
    for (std::size_t i = 0; i < slots_.size();) {
        if (depth_of(slots_[i].smoothing) != depth) {
            depth = depth_of(slots_[i].smoothing);
            stages_.emplace_back();
        }
        std::size_t together = 1;
        while (together < kBlockLanes && i + together < slots_.size() &&
               slots_[i + together].place.offset == slots_[i].place.offset + together &&
               slots_[i + together].place.mask == slots_[i].place.mask &&
               depth_of(slots_[i + together].smoothing) == depth && same_kind(slots_[i], slots_[i + together])) {
            ++together;
        }
        if (together == kBlockLanes) {
            stages_.back().lanes.push_back(lanes_from(i));
            i += kBlockLanes;
        } else {
            stages_.back().alone.push_back(i++);
        }
    }
}

SmoothingLayout::Lanes SmoothingLayout::lanes_from(std::size_t first) const {
    const Slot& head = slots_[first];
    Lanes lanes{{}, head.place, head.reads_count, head.smoothing.source.series, {}, {}, true};
    for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
        const Slot& slot = slots_[first + lane];
        lanes.alphas[lane] = slot.alpha;
        lanes.inputs[lane] = static_cast<std::uint64_t>(slot.smoothing.source.series);
        for (std::size_t i = 0; i < slot.reads_count; ++i) {
            lanes.reads[i][lane] = slot.reads[i];
        }
        lanes.adjacent = lanes.adjacent && slot.reads[0].offset == head.reads[0].offset + lane &&
                         slot.reads[0].mask == head.reads[0].mask && slot.reads[0].stride == head.reads[0].stride;
    }
    return lanes;
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

namespace {

/// `value` gives that of an average that is read.
template <typename Value>
double input_of(const SmoothingLayout::Slot& slot, const SeriesInputs& inputs, Value value) noexcept {
    if (slot.reads_count == 0) {
        return inputs[slot.smoothing.source.series];
    }
    const double first = value(slot.reads[0]);
    if (slot.reads_count == 1) {
        return first;
    }
    const double second = value(slot.reads[1]);
    if (slot.smoothing.source.series == Series::macd_line) {
        return first - second;
    }
    const double both = first + second;
    return both > 0.0 ? 100.0 * std::fabs(first - second) / both : std::numeric_limits<double>::quiet_NaN();
}

double moved(double before, double alpha, double x) noexcept {
    return std::isnan(x) ? before : before + alpha * (x - before);
}

}  // namespace

UpdateAverages averages_updater(Isa isa) noexcept {
    switch (isa) {
        case Isa::avx512:
            return update_averages_avx512;
        case Isa::avx2:
            return update_averages_avx2;
        case Isa::scalar:
            return nullptr;
    }
    return nullptr;
}

void update_average(const AveragesUpdate& update, const SmoothingLayout::Slot& slot) noexcept {
    const auto value = [&update](const SmoothingLayout::Place& place) { return update.values[place.at(update.place)]; };
    const double x = input_of(slot, *update.inputs, value);
    update.values[slot.place.at(update.place)] = moved(update.values[slot.place.at(update.place - 1)], slot.alpha, x);
}

void Smoothings::update(std::int64_t index, std::int64_t place, const SeriesInputs& inputs) noexcept {
    last_ = place;
    if (update_together_ != nullptr && values_.stride() == 1 && index > layout_->seeded_at()) {
        update_together_({layout_, values_.data(), place, &inputs});
        return;
    }
    for (const auto& slot : layout_->slots()) {
        if (index < slot.first_input) {
            continue;
        }
        const double before = values_[slot.place.at(place - 1)];
        double& value = values_[slot.place.at(place)];
        const double x =
            input_of(slot, inputs, [this, place](const SmoothingLayout::Place& of) { return values_[of.at(place)]; });
        if (index > slot.seed_at) {
            value = moved(before, slot.alpha, x);
        } else {
            value = before + (std::isnan(x) ? 0.0 : x);
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
