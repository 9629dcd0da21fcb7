#pragma once

#include <cstdint>
#include <limits>

#include "core/int256.hpp"
#include "features/gauge.hpp"
#include "features/gauges/recent.hpp"

namespace foxml::features {

inline constexpr int kSkewnessOutput = 0;
inline constexpr int kKurtosisOutput = 1;

/// Skewness and excess kurtosis of the last a log returns, corrected for bias.
///
/// Sums of cubes and fourth powers of integers are exact whatever comes and goes. Around m, the mean rounded to an
/// integer, so are the central ones, modulo 2^256 as before:
///
///     sum (r - m)^3 = S3 - m (3 S2 - m (3 S1 - n m))
///     sum (r - m)^4 = S4 - m (4 S3 - m (6 S2 - m (4 S1 - n m)))
///
/// and only then become doubles, moved by what m is off the mean: half a unit of 2^-50 at most.
class Moments final : public Gauge {
   public:
    explicit Moments(const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int output) const noexcept override {
        return output == kSkewnessOutput ? skewness_ : kurtosis_;
    }
    void reset() noexcept override;
    void save(ByteWriter& writer) const override { returns_.save(writer); }
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this) + returns_.bytes(); }

   private:
    /// What n makes of the ratios of central sums.
    struct Correction {
        explicit Correction(double n) noexcept;

        double skewness;
        double kurtosis;
        double raw;
        double normal;
    };

    void take(std::int64_t r) noexcept;
    void compute() noexcept;

    Correction correction_;
    Recent<std::int64_t> returns_;
    std::int64_t sum_ = 0;
    Int128 squares_ = 0;
    Int256 cubes_;
    Int256 fourths_;
    double skewness_ = std::numeric_limits<double>::quiet_NaN();
    double kurtosis_ = skewness_;
};

[[nodiscard]] GaugeFactory moments() noexcept;

}  // namespace foxml::features
