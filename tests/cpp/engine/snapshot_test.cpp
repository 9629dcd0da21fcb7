// A restored engine goes on to the bit; a snapshot that is cut, damaged or foreign is refused and changes nothing.
#include "engine/snapshot.hpp"

#include <gtest/gtest.h>

#include <random>

#include "market.hpp"

namespace foxml::engine {
namespace {

constexpr std::size_t kSlices = 160;

// Saved and restored before every slice, actions in between: the history kept for them is part of the state.
TEST(SnapshotTest, GoesOnToTheBit) {
    Market market(2, kSlices);
    Engine straight = make_engine(2);
    Engine restored = make_engine(2);
    for (std::size_t t = 0; t < kSlices; ++t) {
        const std::string bytes = restored.snapshot();
        restored = make_engine(2);
        restored.restore(bytes);
        if (t % 50 == 49) {
            straight.adjust(1, 0.5, 2.0);
            restored.adjust(1, 0.5, 2.0);
        }
        const Answer expected = answer(straight, market.slice(t));
        ASSERT_EQ(answer(restored, market.slice(t)), expected) << "slice " << t;
    }
    EXPECT_EQ(straight.snapshot(), restored.snapshot());
}

Engine warmed(std::size_t symbols, std::size_t slices) {
    Market market(symbols, slices);
    Engine engine = make_engine(symbols);
    for (std::size_t t = 0; t < slices; ++t) {
        (void)answer(engine, market.slice(t));
    }
    return engine;
}

TEST(SnapshotTest, EveryCutAndEveryDamagedByteIsSeen) {
    const std::string good = warmed(2, 40).snapshot();
    Engine engine = warmed(2, 50);
    const std::string before = engine.snapshot();
    std::mt19937_64 random(5);
    for (int i = 0; i < 400; ++i) {
        const std::size_t at = i < 48 ? static_cast<std::size_t>(i) : random() % good.size();
        std::string damaged = good;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << (random() % 8)));
        EXPECT_THROW(engine.restore(damaged), InvalidInput) << "byte " << at;
        EXPECT_THROW(engine.restore(good.substr(0, at)), InvalidInput) << "cut at " << at;
    }
    EXPECT_THROW(engine.restore(good + "x"), InvalidInput);
    EXPECT_EQ(engine.snapshot(), before);
    engine.restore(good);
    EXPECT_EQ(engine.snapshot(), good);
}

TEST(SnapshotTest, RefusesAnotherEngines) {
    const std::vector<features::Scale> scales(2, kScale);
    Engine engine(exact_plan(), scales, {}, "AAPL SPY");
    Engine swapped(exact_plan(), scales, {}, "SPY AAPL");
    EXPECT_THROW(engine.restore(swapped.snapshot()), InvalidInput);
    EXPECT_THROW(make_engine(2).restore(warmed(3, 5).snapshot()), InvalidInput);
}

// A state that passes the checksum and still has bytes left over was written by other code.
TEST(SnapshotTest, RefusesAStateThatIsTooLong) {
    Engine engine = make_engine(0);
    const std::uint64_t identity = identity_of("test", 0);
    ByteWriter state;
    state.put(std::int64_t{0});
    engine.restore(sealed(state, identity));
    state.put(std::int64_t{0});
    EXPECT_THROW(engine.restore(sealed(state, identity)), InvalidInput);
    EXPECT_THROW(engine.restore(sealed(ByteWriter{}, identity)), InvalidInput);
}

}  // namespace
}  // namespace foxml::engine
