// Runs the fuzzer on random inputs where no libFuzzer does:
//
//     fuzz_features [--seconds N] [--seed S] [--input I] [--canary]
//
// Without --seed the seed is FOXML_FUZZ_SEED or, where that is not set, the day: another one each day, the same for all
// who run on it. --input runs the one input of a seed that failed.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <random>
#include <string>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

#include "fuzzer.hpp"

#if defined(__SANITIZE_ADDRESS__)
/// Undefined behaviour ends in an abort, which says how to repeat it: that sanitizer knows no death callback of
/// another.
extern "C" __attribute__((visibility("default"))) const char* __ubsan_default_options() {
    return "abort_on_error=1:print_stacktrace=1";
}
#endif

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    std::uint64_t seconds = 15;
    std::uint64_t seed = 0;
    std::uint64_t first_input = 0;
    bool one_input = false;
};

std::uint64_t current_input = 0;
Options options;

void print_place() {
    std::fprintf(stderr, "fuzz_features: to repeat: fuzz_features --seed %llu --input %llu\n",
                 static_cast<unsigned long long>(options.seed), static_cast<unsigned long long>(current_input));
    std::fflush(stderr);
}

std::uint64_t number(const char* text) {
    char* end = nullptr;
    const std::uint64_t value = std::strtoull(text, &end, 10);
    if (end == text || *end != '\0') {
        std::fprintf(stderr, "fuzz_features: '%s' is not a number\n", text);
        std::exit(2);
    }
    return value;
}

std::uint64_t usual_seed() {
    const char* const set = std::getenv("FOXML_FUZZ_SEED");
    if (set != nullptr && *set != '\0') {
        return number(set);
    }
    const auto now = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    return static_cast<std::uint64_t>(now.time_since_epoch().count());
}

void read_options(int count, char** words) {
    options.seed = usual_seed();
    for (int i = 1; i < count; ++i) {
        const std::string name = words[i];
        const bool has_value = i + 1 < count;
        if (name == "--canary") {
            foxml::fuzz::canary = true;
        } else if (name == "--seconds" && has_value) {
            options.seconds = number(words[++i]);
        } else if (name == "--seed" && has_value) {
            options.seed = number(words[++i]);
        } else if (name == "--input" && has_value) {
            options.first_input = number(words[++i]);
            options.one_input = true;
        } else {
            std::fprintf(stderr, "usage: fuzz_features [--seconds N] [--seed S] [--input I] [--canary]\n");
            std::exit(2);
        }
    }
}

std::vector<std::uint8_t> input_of(std::uint64_t seed, std::uint64_t number) {
    std::seed_seq both{seed & 0xffffffff, seed >> 32, number};
    std::mt19937_64 random(both);
    std::vector<std::uint8_t> bytes(64 + random() % 448);
    for (std::uint8_t& byte : bytes) {
        byte = static_cast<std::uint8_t>(random());
    }
    return bytes;
}

bool run(std::uint64_t number) {
    current_input = number;
    const std::vector<std::uint8_t> bytes = input_of(options.seed, number);
    try {
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fuzz_features: broken: %s\n", error.what());
        print_place();
        return false;
    }
    return true;
}

void print_counts(std::uint64_t inputs) {
    const foxml::fuzz::Counts& c = foxml::fuzz::counts;
    const auto print = [](const char* what, std::uint64_t n) {
        std::printf("  %-22s %llu\n", what, static_cast<unsigned long long>(n));
    };
    print("inputs", inputs);
    print("bars", c.bars);
    print("ready rows", c.ready_rows);
    print("finite cells", c.finite_cells);
    print("undefined cells", c.undefined_cells);
    print("slices refused", c.refused_slices);
    print("adjustments", c.adjustments);
    print("restores", c.restores);
    print("damaged snapshots", c.damaged_snapshots);
    print("forged states", c.forged_states);
    print("forged states taken", c.forged_states_taken);
}

}  // namespace

int main(int argument_count, char** arguments) {
    read_options(argument_count, arguments);
    std::printf("fuzz_features: seed %llu\n", static_cast<unsigned long long>(options.seed));
    std::fflush(stdout);
    std::signal(SIGABRT, [](int) { print_place(); });
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_set_death_callback(print_place);
#endif
    const auto end = Clock::now() + std::chrono::seconds(options.seconds);
    std::uint64_t inputs = 0;
    do {
        if (!run(options.first_input + inputs)) {
            return 1;
        }
        ++inputs;
    } while (!options.one_input && Clock::now() < end);
    print_counts(inputs);
    if (!options.one_input && foxml::fuzz::counts.finite_cells == 0) {
        std::fprintf(stderr, "fuzz_features: no cell was looked at\n");
        return 1;
    }
    return 0;
}
