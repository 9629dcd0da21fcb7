#include "features/operators.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/errors.hpp"
#include "features/view.hpp"

namespace foxml::features {

namespace {

constexpr std::int64_t kBarsMax = std::int64_t{1} << 40;
/// Above the logarithm of any two prices' ratio.
constexpr std::int64_t kReturnMax = std::int64_t{1} << 55;

/// What the logarithms of the next bar rely on.
bool plausible(const IntegerBar& bar) noexcept {
    return bar.low > 0 && bar.low <= bar.open && bar.low <= bar.close && bar.high >= bar.open &&
           bar.high >= bar.close && bar.high < kUnitsMax && bar.volume >= 0 && std::isfinite(bar.benchmark_ratio()) &&
           bar.benchmark_ratio() >= 0.0;
}

}  // namespace

BlockRings::BlockRings(const Layout& layout, BlockPool& pool)
    : prefix(PrefixRing::words_of(layout.prefix), PrefixRing::kZero, pool),
      extrema(Extrema::words_of(layout.extrema), Extrema::kNothing, pool),
      smoothings(layout.smoothings.size(), 0.0, pool) {}

std::size_t BlockRings::bytes_of(const Layout& layout) noexcept {
    return BlockMemory<std::uint64_t>::bytes_of(PrefixRing::words_of(layout.prefix)) +
           BlockMemory<std::int64_t>::bytes_of(Extrema::words_of(layout.extrema)) +
           BlockMemory<double>::bytes_of(layout.smoothings.size());
}

Operators::Operators(const Layout& layout, const GaugeContext& context, Isa isa)
    : layout_(&layout),
      scale_(context.scale),
      interval_ns_(context.interval_ns),
      prefix_(layout.prefix),
      extrema_(layout.extrema),
      smoothings_(layout.smoothings, averages_updater(isa)) {
    make_gauges(context);
}

Operators::Operators(const Layout& layout, const GaugeContext& context, const BlockRings& rings, std::size_t lane)
    : layout_(&layout),
      scale_(context.scale),
      interval_ns_(context.interval_ns),
      prefix_(layout.prefix, {rings.prefix, lane}),
      extrema_(layout.extrema, {rings.extrema, lane}),
      smoothings_(layout.smoothings, {rings.smoothings, lane}) {
    make_gauges(context);
}

void Operators::make_gauges(const GaugeContext& context) {
    for (const GaugeSpec& spec : layout_->gauges.specs()) {
        gauges_.push_back(make_gauge(spec, context));
    }
}

void Operators::update(const IntegerBar& bar) noexcept {
    Contributions contributions;
    contribute({bar, bars_seen_ > 0 ? &bar_ : nullptr, bars_seen_, last_returns_, last_change(), scale_, interval_ns_},
               layout_->columns, contributions);
    const std::int64_t place = bars_seen_ + phase_;
    prefix_.push(place, contributions);
    extrema_.push(place, {bar.high, -bar.low, bar.close, -bar.close});
    smoothings_.update(bars_seen_, place, series_inputs(bar, contributions));
    advance(bar, contributions[Column::log_return]);
    for (const auto& gauge : gauges_) {
        gauge->update(View(*this));
    }
}

void Operators::advance(const IntegerBar& bar, std::int64_t log_return) noexcept {
    previous_ = bar_;
    bar_ = bar;
    std::copy_backward(last_returns_.begin(), last_returns_.end() - 1, last_returns_.end());
    last_returns_[0] = log_return;
    ++bars_seen_;
    const std::int64_t place = this->place();
    prefix_.set_last(place);
    extrema_.set_last(place);
    smoothings_.set_last(place);
}

void Operators::update_gauge(std::size_t number) noexcept {
    if (number + 1 < gauges_.size()) {
        const auto* const next = reinterpret_cast<const char*>(gauges_[number + 1].get());
        __builtin_prefetch(next);
        __builtin_prefetch(next + 64);
    }
    gauges_[number]->update(View(*this));
}

SeriesInputs Operators::series_inputs(const IntegerBar& bar, const Contributions& contributions) const noexcept {
    const std::int64_t change = bar.close - bar_.close;
    const std::int64_t up = bar.high - bar_.high;
    const std::int64_t down = bar_.low - bar.low;
    const double log_return = static_cast<double>(contributions[Column::log_return]) * kLogUnit;
    SeriesInputs inputs{};
    inputs[Series::close] = static_cast<double>(bar.close);
    inputs[Series::typical3] = static_cast<double>(bar.typical3());
    inputs[Series::accumulation] = bar.close_location() * static_cast<double>(bar.volume);
    inputs[Series::true_range] = static_cast<double>(contributions[Column::true_range]);
    inputs[Series::gain] = static_cast<double>(change > 0 ? change : 0);
    inputs[Series::loss] = static_cast<double>(change < 0 ? -change : 0);
    inputs[Series::change] = static_cast<double>(change);
    inputs[Series::change_size] = static_cast<double>(change < 0 ? -change : change);
    inputs[Series::up_move] = static_cast<double>(up > 0 && up > down ? up : 0);
    inputs[Series::down_move] = static_cast<double>(down > 0 && down > up ? down : 0);
    inputs[Series::force] = static_cast<double>(change) * static_cast<double>(bar.volume);
    inputs[Series::return_square] = log_return * log_return;
    return inputs;
}

void Operators::reset() noexcept {
    assignments_ = Assignments{};
    bars_seen_ = 0;
    last_returns_.fill(0);
    bar_ = IntegerBar{};
    previous_ = IntegerBar{};
    prefix_.reset();
    extrema_.reset();
    smoothings_.reset();
    for (const auto& gauge : gauges_) {
        gauge->reset();
    }
}

void Operators::save(ByteWriter& writer) const {
    writer.put(bars_seen_);
    writer.put_all(std::span<const std::int64_t>(last_returns_));
    writer.put(bar_);
    writer.put(previous_);
    save_rings(writer);
    for (const auto& gauge : gauges_) {
        gauge->save(writer);
    }
}

void Operators::load(ByteReader& reader) {
    bars_seen_ = reader.get<std::int64_t>();
    if (bars_seen_ < 0 || bars_seen_ > kBarsMax) {
        throw InvalidInput("snapshot holds " + std::to_string(bars_seen_) + " bars seen");
    }
    reader.get_all(std::span<std::int64_t>(last_returns_));
    if (std::any_of(last_returns_.begin(), last_returns_.end(),
                    [](std::int64_t r) { return r < -kReturnMax || r > kReturnMax; })) {
        throw InvalidInput("snapshot holds a return that no prices can have");
    }
    bar_ = reader.get<IntegerBar>();
    previous_ = reader.get<IntegerBar>();
    if ((bars_seen_ > 0 && !plausible(bar_)) || (bars_seen_ > 1 && !plausible(previous_))) {
        throw InvalidInput("snapshot holds a bar that cannot be one");
    }
    load_rings(reader);
    for (const auto& gauge : gauges_) {
        gauge->load(reader);
    }
}

void Operators::save_rings(ByteWriter& writer) const {
    prefix_.save(writer);
    extrema_.save(writer);
    smoothings_.save(writer);
}

void Operators::load_rings(ByteReader& reader) {
    const std::int64_t last = bars_seen_ - 1 + phase_;
    prefix_.load(reader, last);
    extrema_.load(reader, last);
    smoothings_.load(reader, last);
}

void Operators::set_place(std::int64_t place) {
    ByteWriter writer;
    save_rings(writer);
    phase_ = place - (bars_seen_ - 1);
    ByteReader reader(writer.bytes());
    load_rings(reader);
}

std::size_t Operators::bytes() const noexcept {
    std::size_t bytes = sizeof(*this) + prefix_.bytes() + extrema_.bytes() + smoothings_.bytes();
    for (const auto& gauge : gauges_) {
        bytes += gauge->bytes();
    }
    return bytes;
}

}  // namespace foxml::features
