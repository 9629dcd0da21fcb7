#include "features/gauges/moments.hpp"

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

constexpr std::int64_t kReturnMax = 9 * (std::int64_t{1} << 50);  // above the logarithm of the largest move

struct Central {
    double squares;
    double cubes;
    double fourths;
};

}  // namespace

Moments::Correction::Correction(double n) noexcept
    : skewness(n * std::sqrt(n - 1.0) / (n - 2.0)),
      kurtosis((n - 1.0) / ((n - 2.0) * (n - 3.0))),
      raw(n * (n + 1.0)),
      normal(3.0 * (n - 1.0)) {}

Moments::Moments(const Params& params) : correction_(params.a), returns_(params.a) {}

void Moments::take(std::int64_t r) noexcept {
    const std::int64_t gone = returns_.full() ? returns_.oldest() : 0;
    const Int128 square = product(r, r);
    const Int128 gone_square = product(gone, gone);
    sum_ += r - gone;
    squares_ += square - gone_square;
    cubes_ += product(r - gone, square + product(r, gone) + gone_square);  // r^3 - gone^3
    fourths_ += product(square - gone_square, square + gone_square);
    returns_.push(r);
}

void Moments::update(const View& view) noexcept {
    if (view.index() >= 1) {
        take(view.sum(Column::log_return, 1));
        compute();
    }
}

void Moments::compute() noexcept {
    if (!returns_.full()) {
        return;
    }
    const auto count = static_cast<std::int64_t>(returns_.size());
    const double n = real(count);
    const std::int64_t m = round_half_even(real(sum_) / n);
    const double off = real(sum_ - count * m) / n;  // the mean less m
    const double dispersed = real(count * squares_ - product(sum_, sum_));
    const Int128 in_sums = Int128{3} * sum_ - product(count, m);
    const Int256 cubes = cubes_ - product(m, 3 * squares_ - m * in_sums);
    const double cubes_off = 3.0 * off * dispersed / n + n * off * off * off;
    const double central_cubes = to_double(cubes) - cubes_off;
    const Int256 twice_cubes = cubes_ + cubes_;
    const Int256 in_cubes = twice_cubes + twice_cubes - product(m, 6 * squares_ - m * (in_sums + sum_));
    const Int256 fourths = fourths_ - product(m, in_cubes);
    const double fourths_off = 4.0 * off * central_cubes + 6.0 * off * off * dispersed / n + n * off * off * off * off;
    const Central sums{dispersed / n, central_cubes, to_double(fourths) - fourths_off};
    skewness_ = correction_.skewness * ratio(sums.cubes, sums.squares * std::sqrt(sums.squares));
    kurtosis_ = correction_.kurtosis *
                (correction_.raw * ratio(sums.fourths, sums.squares * sums.squares) - correction_.normal);
}

void Moments::reset() noexcept {
    returns_.clear();
    sum_ = 0;
    squares_ = 0;
    cubes_ = Int256{};
    fourths_ = Int256{};
    skewness_ = kNaN;
    kurtosis_ = kNaN;
}

void Moments::load(ByteReader& reader) {
    reset();
    returns_.load(reader, [this](std::int64_t r) {
        if (r < -kReturnMax || r > kReturnMax) {
            throw InvalidInput("snapshot holds a return that no bar can bring");
        }
        take(r);
    });
    compute();
}

GaugeFactory moments() noexcept {
    return {GaugeKind::moments,
            [](const Params& params, const GaugeContext&) -> std::unique_ptr<Gauge> {
                return std::make_unique<Moments>(params);
            },
            [](const Probe& probe, const Params& params) { (void)probe.sum(Column::log_return, params.a); }};
}

}  // namespace foxml::features
