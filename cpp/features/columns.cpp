#include "features/columns.hpp"

#include <algorithm>
#include <cmath>

#include "core/numerics.hpp"

namespace foxml::features {

using namespace columns;

namespace {

class Setter {
   public:
    explicit Setter(Contributions& out) noexcept : out_(out) {}
    std::int64_t& operator[](Column column) noexcept { return out_.narrow[static_cast<std::size_t>(column)]; }
    Int128& operator[](WideColumn column) noexcept { return out_.wide[static_cast<std::size_t>(column)]; }

   private:
    Contributions& out_;
};

std::int64_t distance(std::int64_t a, std::int64_t b) noexcept { return a > b ? a - b : b - a; }
std::int64_t magnitude(std::int64_t x) noexcept { return x < 0 ? -x : x; }
std::int64_t sign(std::int64_t x) noexcept { return (x > 0) - (x < 0); }

/// x at 2^-60, rounded once.
Int128 fine_units(double x) noexcept {
    const double units = x / kFineUnit;
    // From 2^53 on a double has no fraction to round.
    return std::abs(units) < 0x1p62 ? Int128{round_half_even(units)} : static_cast<Int128>(units);
}

double simple_return(const IntegerBar& bar, const IntegerBar& previous) noexcept {
    return static_cast<double>(bar.close - previous.close) / static_cast<double>(previous.close);
}

double shares(const IntegerBar& bar, const Scale& scale) noexcept {
    return static_cast<double>(bar.volume) * scale.volume_unit;
}

/// The bid-ask spread, as a share of the price, that Corwin and Schultz (2012) estimate from the ranges of two bars:
/// each range has the spread in it once and the variance of one bar, the range of both together the spread once and
/// the variance of two.
double high_low_spread(const IntegerBar& bar, const IntegerBar& previous) noexcept {
    constexpr double kRootTwo = 1.41421356237309504880;
    constexpr double kUnit = 3.0 - 2.0 * kRootTwo;
    const auto log_square = [](std::int64_t high, std::int64_t low) {
        const double range = log(static_cast<double>(high) / static_cast<double>(low));
        return range * range;
    };
    const double each = log_square(bar.high, bar.low) + log_square(previous.high, previous.low);
    const double together = log_square(std::max(bar.high, previous.high), std::min(bar.low, previous.low));
    const double alpha = (std::sqrt(2.0 * each) - std::sqrt(each)) / kUnit - std::sqrt(together / kUnit);
    const double growth = exp(alpha);  // at most that of the wider range
    return std::max(0.0, 2.0 * (growth - 1.0) / (growth + 1.0));
}

/// What the bar says by itself.
void contribute_own(const ContributionInputs& in, const ColumnSet& used, Setter set) noexcept {
    const IntegerBar& bar = in.bar;
    set[Column::close] = bar.close;
    // Modulo 2^64, as every prefix: bar index and close are free to be large.
    set[Column::close_time] =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(in.index) * static_cast<std::uint64_t>(bar.close));
    set[Column::high_low] = bar.high + bar.low;
    set[Column::range] = bar.high - bar.low;
    set[Column::body] = distance(bar.close, bar.open);
    set[Column::volume] = bar.volume;
    set[Column::traded] = bar.volume > 0;
    set[WideColumn::close_square] = product(bar.close, bar.close);
    set[WideColumn::typical_volume] = product(bar.typical3(), bar.volume);
    set[WideColumn::close_volume] = product(bar.close, bar.volume);
    if (used.any(kBodyLogs)) {
        const std::int64_t body = log_units(bar.close, bar.open);
        set[Column::log_body] = body;
        set[WideColumn::log_body_square] = product(body, body);
    }
    if (used.any(kRangeLogs)) {
        const std::int64_t range = log_units(bar.high, bar.low);
        set[WideColumn::log_range_square] = product(range, range);
    }
    if (used.any(kRogersSatchell)) {
        set[WideColumn::rogers_satchell] = product(log_units(bar.high, bar.close), log_units(bar.high, bar.open)) +
                                           product(log_units(bar.low, bar.close), log_units(bar.low, bar.open));
    }
    if (used.any(kVolumeLogs)) {
        const std::int64_t log_volume = log_units(1.0 + shares(bar, in.scale));
        set[Column::log_volume] = log_volume;
        set[WideColumn::log_volume_square] = product(log_volume, log_volume);
        set[WideColumn::close_log_volume] = product(bar.close, log_volume);
    }
    if (used.any(kLocation)) {
        set[WideColumn::location_volume] = fine_units(bar.close_location()) * bar.volume;
    }
}

/// Sums of the last q returns, which overlap, and their squares.
void contribute_return_sums(std::int64_t r, const LastReturns& before, Setter set) noexcept {
    constexpr struct {
        std::size_t q;
        Column sum;
        WideColumn square;
    } kSums[] = {{2, Column::return_2, WideColumn::return_2_square},
                 {4, Column::return_4, WideColumn::return_4_square},
                 {5, Column::return_5, WideColumn::return_5_square},
                 {8, Column::return_8, WideColumn::return_8_square},
                 {16, Column::return_16, WideColumn::return_16_square}};
    std::int64_t sum = r;
    std::size_t summed = 1;
    for (const auto& column : kSums) {
        for (; summed < column.q; ++summed) {
            sum += before[summed - 1];
        }
        set[column.sum] = sum;
        set[column.square] = product(sum, sum);
    }
}

/// What follows from the bar's return and those before.
void contribute_return(std::int64_t r, const ContributionInputs& in, const ColumnSet& used, Setter set) noexcept {
    const LastReturns& before = in.last_returns;
    set[Column::log_return] = r;
    set[Column::abs_return] = magnitude(r);
    const unsigned word = (r > 0 ? 4U : 0U) | (before[0] > 0 ? 2U : 0U) | (before[1] > 0 ? 1U : 0U);
    set[Column::sign_word] = static_cast<std::int64_t>(std::uint64_t{1} << 8 * word);
    set[WideColumn::return_square] = product(r, r);
    set[WideColumn::downside_square] = r < 0 ? product(r, r) : 0;
    if (used.any(kIlliquidity)) {
        set[WideColumn::illiquidity] = illiquidity_units(in.bar, r, in.scale);
    }
    set[WideColumn::return_lag1] = product(r, before[0]);
    set[WideColumn::return_lag5] = product(r, before[4]);
    set[WideColumn::abs_return_lag1] = product(magnitude(r), magnitude(before[0]));
    if (used.any(kReturnSums)) {
        contribute_return_sums(r, before, set);
    }
}

/// The benchmark's return since the bar before, where it has both closes. A move that no product has room for is no
/// price of a benchmark.
void contribute_benchmark(double move, Setter set) noexcept {
    constexpr auto kMost = static_cast<double>(kMoveMax);
    if (move >= 1.0 / kMost && move <= kMost) {
        const std::int64_t b = log_units(move);
        set[Column::benchmark_present] = 1;
        set[Column::benchmark_return] = b;
        set[WideColumn::benchmark_square] = product(b, b);
        set[WideColumn::benchmark_product] = product(set[Column::log_return], b);
    }
}

/// What the bar says against the one before.
void contribute_change(const ContributionInputs& in, const ColumnSet& used, Setter set) noexcept {
    const IntegerBar& bar = in.bar;
    const IntegerBar& previous = *in.previous;
    const std::int64_t change = bar.close - previous.close;
    set[Column::ups] = change > 0;
    set[Column::change] = distance(bar.close, previous.close);
    set[Column::true_range] = std::max(bar.high, previous.close) - std::min(bar.low, previous.close);
    set[Column::buying] = bar.close - std::min(bar.low, previous.close);
    set[Column::vortex_up] = distance(bar.high, previous.low);
    set[Column::vortex_down] = distance(bar.low, previous.high);
    set[Column::signed_volume] = sign(change) * bar.volume;
    set[Column::volume_up] = std::max<std::int64_t>(bar.volume - previous.volume, 0);
    set[Column::volume_change] = distance(bar.volume, previous.volume);
    const Int128 flow = product(bar.typical3(), bar.volume);
    set[WideColumn::change_lag1] = product(change, in.last_change);
    set[WideColumn::flow_up] = bar.typical3() > previous.typical3() ? flow : 0;
    set[WideColumn::flow_down] = bar.typical3() < previous.typical3() ? flow : 0;
    if (used.any(kReturns)) {
        contribute_return(log_units(bar.close, previous.close), in, used, set);
    }
    if (used.any(kSimpleReturn)) {
        // A bar may not bring more than the limit, but one that is put together of many might.
        const double units = simple_return(bar, previous) / kLogUnit;
        set[Column::simple_return] = round_half_even(std::min(units, static_cast<double>(kSimpleReturnMax)));
    }
    if (used.any(kVolumeChange)) {
        set[Column::log_volume_change] = log_units((1.0 + shares(bar, in.scale)) / (1.0 + shares(previous, in.scale)));
    }
    if (used.any(kReturnVolume)) {
        set[WideColumn::return_volume] = return_volume_units(bar, previous);
    }
    if (used.any(kSpread)) {
        set[Column::high_low_spread] = high_low_spread_units(bar, previous);
    }
    if (used.any(kGridSteps)) {
        set[Column::grid_steps] = grid_steps(bar, previous, in.interval_ns);
    }
    if (used.any(kGapLogs)) {
        const std::int64_t gap = log_units(bar.open, previous.close);
        set[Column::log_gap] = gap;
        set[WideColumn::log_gap_square] = product(gap, gap);
    }
    if (used.any(kBenchmark)) {
        contribute_benchmark(bar.benchmark_ratio(), set);
    }
}

}  // namespace

std::int64_t log_units(double x) noexcept { return round_half_even(log(x) * 0x1p50); }

std::int64_t log_units(std::int64_t a, std::int64_t b) noexcept {
    const double larger = static_cast<double>(std::max(a, b));
    const double smaller = static_cast<double>(std::min(a, b));
    const std::int64_t size = log_units(larger / smaller);
    return a < b ? -size : size;
}

Int128 illiquidity_units(const IntegerBar& bar, std::int64_t log_return, const Scale& scale) noexcept {
    if (bar.volume == 0) {
        return 0;
    }
    const double dollars = to_double(product(bar.close, bar.volume)) * scale.price_grid * scale.volume_unit;
    const double moved = static_cast<double>(magnitude(log_return)) * kLogUnit;
    return fine_units(std::min(1e12 * moved / dollars, kIlliquidityMax));
}

Int128 return_volume_units(const IntegerBar& bar, const IntegerBar& previous) noexcept {
    return fine_units(simple_return(bar, previous)) * bar.volume;
}

std::int64_t high_low_spread_units(const IntegerBar& bar, const IntegerBar& previous) noexcept {
    return round_half_even(high_low_spread(bar, previous) * 0x1p50);
}

std::int64_t grid_steps(const IntegerBar& bar, const IntegerBar& previous, std::int64_t interval_ns) noexcept {
    const auto steps = [interval_ns](std::int64_t span_ns) { return (span_ns + interval_ns - 1) / interval_ns; };
    if (bar.session_open_ns == previous.session_open_ns) {
        return steps(bar.close_ns - previous.close_ns);
    }
    return steps(previous.session_close_ns - previous.close_ns) + steps(bar.close_ns - bar.session_open_ns);
}

void contribute(const ContributionInputs& inputs, const ColumnSet& used, Contributions& out) noexcept {
    out = Contributions{};
    contribute_own(inputs, used, Setter(out));
    if (inputs.previous != nullptr) {
        contribute_change(inputs, used, Setter(out));
    }
}

}  // namespace foxml::features
