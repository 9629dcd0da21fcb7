#pragma once

#include "features/gauge.hpp"

namespace foxml::features {

/// Kaufman's adaptive average of the close: an EMA whose pace lies between that of two lengths, the nearer to the fast
/// one the straighter the path of the last n closes was.
///
///     e = |C - C_n| / sum_n |C - C1|, 1 where nothing has moved
///     k += (e (fast - slow) + slow)^2 (C - k), fast = 2 / (b + 1), slow = 2 / (c + 1)
///
/// It begins with the close before its first value.
class Kama final : public Gauge {
   public:
    Kama(const Params& params, const GaugeContext& context) noexcept;
    static void probe(const Probe& probe, const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int) const noexcept override { return average_; }
    void reset() noexcept override { average_ = 0.0; }
    void save(ByteWriter& writer) const override { writer.put(average_); }
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this); }

   private:
    int window_;
    double fast_;
    double slow_;
    double average_ = 0.0;
};

}  // namespace foxml::features
