#include "features/gauges/residual_momentum.hpp"

#include "features/benchmark.hpp"

namespace foxml::features {

ResidualMomentum::ResidualMomentum(const Params& params) : beta_window_(params.a), residuals_(params.b) {}

void ResidualMomentum::update(const View& view) noexcept {
    if (view.index() <= beta_window_) {
        return;
    }
    const double residual = residual_return(view, beta_window_);
    if (std::isnan(residual)) {
        residuals_.clear();  // no window with this bar has a value
    } else {
        residuals_.push(residual);
    }
}

double ResidualMomentum::value(int /*output*/) const noexcept {
    if (!residuals_.full()) {
        return kNaN;
    }
    double sum = 0.0;
    for (std::size_t i = 0; i < residuals_.size(); ++i) {
        sum += residuals_[i];
    }
    return sum * kLogUnit;
}

void ResidualMomentum::load(ByteReader& reader) {
    residuals_.load(reader, [this](double residual) {
        if (!std::isfinite(residual)) {
            throw InvalidInput("snapshot holds a residual return that is no number");
        }
        residuals_.push(residual);
    });
}

GaugeFactory residual_momentum() noexcept {
    return {GaugeKind::residual_momentum,
            [](const Params& params, const GaugeContext&) -> std::unique_ptr<Gauge> {
                return std::make_unique<ResidualMomentum>(params);
            },
            [](const Probe& probe, const Params& params) {
                (void)residual_return(probe, params.a);
                probe.warm(probe.warmup_bars() + params.b - 1);
            }};
}

}  // namespace foxml::features
