#include "features/gauges/histogram_entropy.hpp"

#include "features/entropy.hpp"
#include "features/formulas.hpp"

namespace foxml::features {

namespace {

/// Where a bin ends and the next, which has the edge itself, begins.
constexpr double kEdges[] = {-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5};

constexpr std::uint64_t one_of(std::uint8_t bin) noexcept { return std::uint64_t{1} << 8 * bin; }

struct Scaled {
    double move;
    double deviation;
};

constexpr auto scaled = [](const auto& v, int window) -> Scaled {
    return {real(v.sum(Column::log_return, 1)), deviation(v, Column::log_return, WideColumn::return_square, window, 1)};
};

}  // namespace

HistogramEntropy::HistogramEntropy(const Params& params) : window_(params.a), bins_(params.a) {}

void HistogramEntropy::take(std::uint8_t bin) noexcept {
    if (bins_.full()) {
        counts_ -= one_of(bins_.oldest());
    }
    counts_ += one_of(bin);
    bins_.push(bin);
}

void HistogramEntropy::update(const View& view) noexcept {
    if (view.index() <= window_) {
        return;
    }
    const auto [move, deviation] = scaled(view, window_);
    if (deviation == 0.0) {
        reset();  // no window with this bar has a value
        return;
    }
    const double z = move / deviation;
    std::uint8_t bin = 0;
    for (const double edge : kEdges) {
        bin += edge <= z ? 1 : 0;
    }
    take(bin);
}

double HistogramEntropy::value(int /*output*/) const noexcept {
    return bins_.full() ? entropy_of_counts(counts_, window_) / (3.0 * kLn2) : kNaN;
}

void HistogramEntropy::reset() noexcept {
    bins_.clear();
    counts_ = 0;
}

void HistogramEntropy::load(ByteReader& reader) {
    reset();
    bins_.load(reader, [this](std::uint8_t bin) {
        if (bin > std::size(kEdges)) {
            throw InvalidInput("snapshot holds a bin that is none of 8");
        }
        take(bin);
    });
}

GaugeFactory histogram_entropy() noexcept {
    return {GaugeKind::histogram_entropy,
            [](const Params& params, const GaugeContext&) -> std::unique_ptr<Gauge> {
                return std::make_unique<HistogramEntropy>(params);
            },
            [](const Probe& probe, const Params& params) {
                (void)scaled(probe, params.a);
                probe.warm(probe.warmup_bars() + params.a - 1);
            }};
}

}  // namespace foxml::features
