#pragma once

#include <cstddef>
#include <vector>

#include "features/gauge.hpp"

namespace foxml::features {

/// Where the last RSI (over `a` bars) lies in the range of the last `b` of them, in percent. Undefined where one of
/// them is, and where the close has not moved between them: the RSI then stands still, and its range is rounding.
class StochasticRsi final : public Gauge {
   public:
    StochasticRsi(const Params& params, const GaugeContext& context);
    static void probe(const Probe& probe, const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int) const noexcept override { return value_; }
    void reset() noexcept override;
    void save(ByteWriter& writer) const override;
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override {
        return sizeof(*this) + strengths_.size() * sizeof(double);
    }

   private:
    [[nodiscard]] double place(double last, bool moved) const noexcept;

    int length_;
    std::vector<double> strengths_;  ///< the last RSIs, in a ring by bar index; below 0 where undefined
    double value_;
};

}  // namespace foxml::features
