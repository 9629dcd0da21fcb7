#pragma once

#include "features/gauge.hpp"

namespace foxml::features {

/// Share of the last p.a places of the grid that have a bar, whatever its volume.
///
///     grid      | . | x | . | . | x | x | . | x |
///     steps           .   .   3       1   .   2      from the bar before
///
/// A bar is among the last w places while the steps since then are fewer than w. Steps are at least 1, so a window of
/// w bars holds all of these, and from one bar to the next only the oldest ones drop out.
class GridPresence final : public Gauge {
   public:
    GridPresence(const Params& params, const GaugeContext&) : places_(params.a) {}

    static void probe(const Probe& probe, const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int output) const noexcept override;
    void reset() noexcept override { present_ = 0; }
    void save(ByteWriter& writer) const override { writer.put(present_); }
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this); }

   private:
    int places_;
    int present_ = 0;
};

}  // namespace foxml::features
