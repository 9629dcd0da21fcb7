#include "features/gauges/order.hpp"

#include <bit>

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

constexpr auto last_close = [](const auto& v, const Params&) -> std::int64_t { return v.bar().close; };

constexpr auto last_return = [](const auto& v, const Params&) -> std::int64_t { return v.sum(Column::log_return, 1); };

/// The bits of a double that is not negative are in its order.
constexpr auto volatility = [](const auto& v, const Params& p) -> std::int64_t {
    return std::bit_cast<std::int64_t>(real(dispersion(v, Column::log_return, WideColumn::return_square, p.b)));
};

template <typename Read>
void probe_order(const Probe& probe, const Params& params, Read read) {
    (void)read(probe, params);
    probe.warm(probe.warmup_bars() + params.a - 1);
}

}  // namespace

Order::Order(const Params& params, std::int64_t first_row, Read read)
    : params_(params), first_row_(first_row), read_(read), window_(params.a) {}

void Order::update(const View& view) noexcept {
    if (view.index() >= first_row_) {
        window_.push(read_(view, params_));
    }
}

double Order::value(int output) const noexcept {
    if (!window_.full()) {
        return kNaN;
    }
    // percent (w - 1) / 100 places from the smallest, in whole and hundredth places.
    const std::size_t hundredths = static_cast<std::size_t>(output) * (window_.size() - 1);
    const std::size_t place = hundredths / 100;
    const auto low = static_cast<double>(window_[place]);
    const auto high = static_cast<double>(window_[place + 1]);
    return low + (high - low) * (static_cast<double>(hundredths % 100) / 100.0);
}

Rank::Rank(const Params& params, std::int64_t first_row, Read read)
    : params_(params), first_row_(first_row), read_(read), window_(params.a) {}

void Rank::update(const View& view) noexcept {
    if (view.index() >= first_row_) {
        window_.push(read_(view, params_));
    }
}

double Rank::value(int /*output*/) const noexcept {
    // The mean place, counted from 1, of those that are equal to the newest: below + (equal + 1) / 2.
    return window_.full() ? 0.5 * static_cast<double>(window_.twice_below() + 1) / params_.a : kNaN;
}

GaugeFactory close_order() noexcept {
    return {GaugeKind::close_order,
            [](const Params& params, const GaugeContext&) -> std::unique_ptr<Gauge> {
                return std::make_unique<Order>(params, 0, last_close);
            },
            [](const Probe& probe, const Params& params) { probe_order(probe, params, last_close); }};
}

GaugeFactory return_order() noexcept {
    return {GaugeKind::return_order,
            [](const Params& params, const GaugeContext&) -> std::unique_ptr<Gauge> {
                return std::make_unique<Order>(params, 1, last_return);
            },
            [](const Probe& probe, const Params& params) { probe_order(probe, params, last_return); }};
}

GaugeFactory close_rank() noexcept {
    return {GaugeKind::close_rank,
            [](const Params& params, const GaugeContext&) -> std::unique_ptr<Gauge> {
                return std::make_unique<Rank>(params, 0, last_close);
            },
            [](const Probe& probe, const Params& params) { probe_order(probe, params, last_close); }};
}

GaugeFactory volatility_rank() noexcept {
    return {GaugeKind::volatility_rank,
            [](const Params& params, const GaugeContext&) -> std::unique_ptr<Gauge> {
                return std::make_unique<Rank>(params, params.b, volatility);
            },
            [](const Probe& probe, const Params& params) { probe_order(probe, params, volatility); }};
}

}  // namespace foxml::features
