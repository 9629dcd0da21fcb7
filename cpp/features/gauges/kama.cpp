#include "features/gauges/kama.hpp"

#include <cmath>

#include "core/errors.hpp"
#include "features/probe.hpp"
#include "features/view.hpp"

namespace foxml::features {

namespace {

double pace(int length) noexcept { return 2.0 / (length + 1.0); }

/// Two starts were seen to meet to the bit within 8,800 bars at a slow length of 30: on a path that leads nowhere the
/// share that is kept at each bar is 1 - (2 / 31)^2.
std::int64_t settled_after(int slow) noexcept { return 9000 * std::int64_t{slow + 1} * (slow + 1) / (31 * 31); }

template <typename V>
double efficiency(const V& v, int window) {
    const std::int64_t travelled = v.sum(Column::change, window);
    const std::int64_t moved = v.bar().close - v.close(window);
    return travelled == 0 ? 1.0 : static_cast<double>(moved < 0 ? -moved : moved) / static_cast<double>(travelled);
}

}  // namespace

Kama::Kama(const Params& params, const GaugeContext&) noexcept
    : window_(params.a), fast_(pace(params.b)), slow_(pace(params.c)) {}

void Kama::probe(const Probe& probe, const Params& params) {
    (void)efficiency(probe, params.a);
    probe.recursive();
    probe.warm(params.a + settled_after(params.b > params.c ? params.b : params.c));
}

void Kama::update(const View& view) noexcept {
    const auto close = static_cast<double>(view.bar().close);
    if (view.index() < window_) {
        average_ = close;
        return;
    }
    const double root = efficiency(view, window_) * (fast_ - slow_) + slow_;
    average_ += root * root * (close - average_);
}

void Kama::load(ByteReader& reader) {
    average_ = reader.get<double>();
    if (!std::isfinite(average_) || average_ < 0.0) {
        throw InvalidInput("snapshot holds an adaptive average that no price can have");
    }
}

}  // namespace foxml::features
