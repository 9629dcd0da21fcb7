#include "core/numerics.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace foxml {

namespace {

constexpr double kLn2High = 6.93147180369123816490e-01;  // the upper 32 bits of ln 2: its products with k are exact
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// 2^k for -1022 <= k <= 1023.
double power_of_two(std::int64_t k) noexcept { return std::bit_cast<double>((k + 1023) << 52); }

constexpr double kPi = 3.14159265358979323846;

/// sin(y) and cos(y) for |y| <= pi/4: minimax coefficients of the fdlibm family.
double kernel_sin(double y) noexcept {
    const double z = y * y;
    const double tail =
        8.33333333332248946124e-03 +
        z * (-1.98412698298579493134e-04 +
             z * (2.75573137070700676789e-06 + z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)));
    return y + (z * y) * (-1.66666666666666324348e-01 + z * tail);
}

double kernel_cos(double y) noexcept {
    const double z = y * y;
    const double tail = 4.16666666666666019037e-02 +
                        z * (-1.38888888888741095749e-03 +
                             z * (2.48015872894767294178e-05 +
                                  z * (-2.75573143513906633035e-07 +
                                       z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11))));
    const double half = 0.5 * z;
    const double head = 1.0 - half;
    return head + (((1.0 - head) - half) + z * z * tail);
}

/// x = 2k + quarter/2 + rest with |rest| <= 1/4: what is left of x, exactly, after whole half turns.
struct HalfTurns {
    double rest;
    int quarter;
};

HalfTurns half_turns(double x) noexcept {
    const std::int64_t halves = round_half_even(2.0 * x);
    return {x - 0.5 * static_cast<double>(halves), static_cast<int>(halves & 3)};
}

/// erf(x) for |x| <= 1: its Taylor series, the terms (-1)^k x^(2k+1) / (k! (2k+1)) times 2 / sqrt(pi).
double taylor_erf(double x) noexcept {
    constexpr double kTwoOverRootPi = 1.12837916709551257390;
    constexpr std::array kTerms = {1.0,
                                   -1.0 / 3.0,
                                   1.0 / 10.0,
                                   -1.0 / 42.0,
                                   1.0 / 216.0,
                                   -1.0 / 1320.0,
                                   1.0 / 9360.0,
                                   -1.0 / 75600.0,
                                   1.0 / 685440.0,
                                   -1.0 / 6894720.0,
                                   1.0 / 76204800.0,
                                   -1.0 / 918086400.0,
                                   1.0 / 11975040000.0,
                                   -1.0 / 168129561600.0,
                                   1.0 / 2528170444800.0,
                                   -1.0 / 40537905408000.0,
                                   1.0 / 690452066304000.0,
                                   -1.0 / 12449059983360000.0,
                                   1.0 / 236887827111936000.0};
    static_assert(kTerms.size() % 2 == 1);
    const double z = x * x;
    const double w = z * z;
    double odd = 0.0;  // two chains, so that neither waits for the other
    double even = 0.0;
    for (std::size_t k = kTerms.size() - 1; k > 0; k -= 2) {
        even = even * w + kTerms[k];
        odd = odd * w + kTerms[k - 1];
    }
    const double tail = z * odd + w * even;
    return kTwoOverRootPi * x + kTwoOverRootPi * x * tail;
}

/// (1 - erf(x)) exp(x^2) for 1 <= x <= 6: a Chebyshev series in u = 20 / (x + 4) - 3, from 1 down to -1.
/// Its coefficients were computed in 113 bits; the terms left out are below 1e-18.
double scaled_erfc(double x) noexcept {
    constexpr std::array kCoefficients = {2.2896004277014242e-01,  1.6243308614798768e-01,  3.0546548004245635e-02,
                                          4.8936146522915959e-03,  6.6628188792110807e-04,  7.6275268907678552e-05,
                                          7.1725387985613201e-06,  5.2760560481407366e-07,  2.6827997189790735e-08,
                                          5.0745228580227171e-10,  -5.0891407824096530e-11, -4.6258489146210376e-12,
                                          -4.1557985047698208e-14, 1.6159386369237732e-14,  7.3175194304382498e-16,
                                          -4.8495474179943868e-17, -4.3654040112500458e-18};
    const double u = 20.0 / (x + 4.0) - 3.0;
    double one_above = 0.0;  // Clenshaw's recurrence
    double two_above = 0.0;
    for (std::size_t k = kCoefficients.size(); k-- > 1;) {
        const double here = 2.0 * u * one_above - two_above + kCoefficients[k];
        two_above = one_above;
        one_above = here;
    }
    return u * one_above - two_above + kCoefficients[0];
}

}  // namespace

double log(double x) noexcept {
    if (!(x > 0.0)) {
        return x == 0.0 ? -kInfinity : kNaN;
    }
    if (x == kInfinity) {
        return x;
    }
    std::int64_t k = 0;
    if (x < std::numeric_limits<double>::min()) {
        x *= 0x1p54;  // a subnormal has no leading bit to read the exponent from
        k = -54;
    }
    auto bits = std::bit_cast<std::int64_t>(x);
    // The bits of sqrt(1/2): what is above it by whole binades is k, what is left is m in [sqrt(1/2), sqrt(2)).
    const std::int64_t whole = (bits - 0x3fe6a09e667f3bcdLL) >> 52;
    k += whole;
    bits -= whole * (std::int64_t{1} << 52);
    const double f = std::bit_cast<double>(bits) - 1.0;
    const double s = f / (2.0 + f);
    const double z = s * s;
    const double w = z * z;
    const double odd = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    const double even =
        z * (6.666666666666735130e-01 +
             w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    const double half_square = 0.5 * f * f;
    const auto kd = static_cast<double>(k);
    return kd * kLn2High - ((half_square - (s * (half_square + (odd + even)) + kd * kLn2Low)) - f);
}

double exp(double x) noexcept {
    if (std::isnan(x)) {
        return x;
    }
    if (x > 709.782712893383973096) {
        return kInfinity;
    }
    if (x < -745.13321910194110842) {
        return 0.0;
    }
    const double kd = std::floor(x * 1.44269504088896338700 + 0.5);
    const double high = x - kd * kLn2High;
    const double low = kd * kLn2Low;
    const double r = high - low;
    const double t = r * r;
    const double c = r - t * (1.66666666666666019037e-01 +
                              t * (-2.77777777770155933842e-03 +
                                   t * (6.61375632143793436117e-05 +
                                        t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
    const double y = 1.0 - ((low - (r * c) / (2.0 - c)) - high);
    const auto k = static_cast<std::int64_t>(kd);
    if (k > 1023) {
        return y * 2.0 * power_of_two(k - 1);
    }
    if (k < -1021) {
        return y * power_of_two(k + 1000) * 0x1p-1000;  // one rounding only: the last product
    }
    return y * power_of_two(k);
}

double sin_pi(double x) noexcept {
    const auto [rest, quarter] = half_turns(x);
    const double value = (quarter & 1) != 0 ? kernel_cos(kPi * rest) : kernel_sin(kPi * rest);
    return (quarter & 2) != 0 ? 0.0 - value : value;
}

double cos_pi(double x) noexcept {
    const auto [rest, quarter] = half_turns(x);
    const double value = (quarter & 1) != 0 ? kernel_sin(kPi * rest) : kernel_cos(kPi * rest);
    return quarter == 1 || quarter == 2 ? 0.0 - value : value;
}

double erf(double x) noexcept {
    const double size = x < 0.0 ? -x : x;
    if (!(size > 1.0)) {
        return taylor_erf(x);  // a NaN stays one
    }
    const double value = size < 6.0 ? 1.0 - exp(-(size * size)) * scaled_erfc(size) : 1.0;
    return x < 0.0 ? -value : value;
}

}  // namespace foxml
