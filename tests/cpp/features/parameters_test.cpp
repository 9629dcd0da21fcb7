// A plan may set every parameter to anything within its bounds: the operators have room for it there too.
#include <gtest/gtest.h>

#include <cmath>

#include "features/view.hpp"
#include "walks.hpp"

namespace foxml::features {
namespace {

Plan::Column with(const FeatureInfo& feature, const Parameter& parameter, int value) {
    const std::string name(feature.name);
    return {name + "_" + std::string(parameter.name), name, {{std::string(parameter.name), value}}};
}

std::int64_t interval_of(const FeatureInfo& feature) {
    if ((feature.timeframes & k5m) != 0) {
        return 5 * kMinuteNs;
    }
    return (feature.timeframes & k1m) != 0 ? kMinuteNs : 1440 * kMinuteNs;
}

TEST(ParametersTest, EveryBoundHasRoomInTheOperators) {
    // Read whether it is warm or not: a read outside of a ring is caught by the sanitizers, an infinity here.
    for (const FeatureInfo& feature : catalogue()) {
        const auto bars = test::random_bars({.interval_ns = interval_of(feature), .bars = 2200, .seed = 12});
        for (const Parameter& parameter : feature.parameters) {
            for (const int value : {parameter.minimum, parameter.maximum}) {
                const auto plan = std::make_shared<const Plan>(
                    std::vector<Plan::Column>{with(feature, parameter, value)}, interval_of(feature));
                SymbolState state(plan, test::kCents);
                for (const Bar& bar : bars) {
                    state.update(bar);
                }
                const double cell = feature.finish(state.view(), plan->entries()[0].values);
                EXPECT_FALSE(state.ready() && std::isinf(cell))
                    << feature.name << " " << parameter.name << " " << value;
                ByteWriter writer;
                state.save(writer);
                SymbolState restored(plan, test::kCents);
                ByteReader reader(writer.bytes());
                EXPECT_NO_THROW(restored.load(reader)) << feature.name << " " << parameter.name << " " << value;
            }
        }
    }
}

}  // namespace
}  // namespace foxml::features
