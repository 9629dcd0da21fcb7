#pragma once

#include <memory>
#include <span>
#include <vector>

#include "features/gauge.hpp"
#include "features/probe.hpp"
#include "features/view.hpp"
#include "walks.hpp"

namespace foxml::features::test {

/// One gauge among the operators that it reads.
class GaugeRun {
   public:
    explicit GaugeRun(const GaugeSpec& spec, std::int64_t interval_ns = 5 * kMinuteNs, Scale scale = kCents)
        : spec_(spec),
          scale_(scale),
          requirements_(required(spec, interval_ns)),
          layout_(std::make_unique<const Layout>(requirements_)),
          operators_(*layout_, {interval_ns, scale}) {}

    void update(const Bar& bar) { operators_.update(to_integers(bar, scale_)); }
    [[nodiscard]] double value(int output = 0) const { return operators_.gauge(spec_).value(output); }
    [[nodiscard]] View view() const { return View(operators_); }
    [[nodiscard]] std::int64_t warmup_bars() const { return requirements_.warmup_bars; }

    [[nodiscard]] std::vector<std::byte> saved() const {
        ByteWriter writer;
        operators_.save(writer);
        return {writer.bytes().begin(), writer.bytes().end()};
    }
    void load(std::span<const std::byte> bytes) {
        ByteReader reader(bytes);
        operators_.load(reader);
    }

   private:
    static Requirements required(const GaugeSpec& spec, std::int64_t interval_ns) {
        Requirements requirements;
        (void)Probe(requirements, interval_ns).gauge(spec.kind, spec.params);
        return requirements;
    }

    GaugeSpec spec_;
    Scale scale_;
    Requirements requirements_;
    std::unique_ptr<const Layout> layout_;
    Operators operators_;
};

/// What a gauge of that kind alone throws at these numbers in place of its state.
template <typename Value>
bool refuses(const GaugeSpec& spec, const std::vector<Value>& state) {
    const auto gauge = make_gauge(spec, {5 * kMinuteNs, kCents});
    ByteWriter writer;
    writer.put_all(std::span<const Value>(state));
    ByteReader reader(writer.bytes());
    try {
        gauge->load(reader);
    } catch (const InvalidInput&) {
        return true;
    }
    return false;
}

}  // namespace foxml::features::test
