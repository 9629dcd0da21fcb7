#include "features/gauges/ulcer.hpp"

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

constexpr double kDistanceScale = 0x1p56;
constexpr std::int64_t kDistanceMax = std::int64_t{1} << 56;

}  // namespace

Ulcer::Ulcer(const Params& params) : closes_(params.a), distances_(params.b) {}

void Ulcer::take(std::int64_t distance) noexcept {
    if (distances_.full()) {
        squares_ -= product(distances_.oldest(), distances_.oldest());
    }
    squares_ += product(distance, distance);
    distances_.push(distance);
}

void Ulcer::update(const View& view) noexcept {
    if (view.index() >= closes_ - 1) {
        const std::int64_t high = view.high_close(closes_);
        take(round_half_even(real(high - view.bar().close) / real(high) * kDistanceScale));
    }
}

double Ulcer::value(int /*output*/) const noexcept {
    if (!distances_.full()) {
        return kNaN;
    }
    return root(real(squares_) / static_cast<double>(distances_.size())) / kDistanceScale;
}

void Ulcer::reset() noexcept {
    distances_.clear();
    squares_ = 0;
}

void Ulcer::load(ByteReader& reader) {
    reset();
    distances_.load(reader, [this](std::int64_t distance) {
        if (distance < 0 || distance > kDistanceMax) {
            throw InvalidInput("snapshot holds a drawdown that no closes can have");
        }
        take(distance);
    });
}

GaugeFactory ulcer() noexcept {
    return {GaugeKind::ulcer,
            [](const Params& params, const GaugeContext&) -> std::unique_ptr<Gauge> {
                return std::make_unique<Ulcer>(params);
            },
            [](const Probe& probe, const Params& params) {
                (void)probe.high_close(params.a);
                probe.warm(params.a + params.b - 2);
            }};
}

}  // namespace foxml::features
