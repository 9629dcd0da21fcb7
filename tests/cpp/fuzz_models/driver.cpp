// Runs the fuzzer on damaged models where no libFuzzer does:
//
//     fuzz_models FOLDER [--seconds N] [--seed S] [--input I] [--canary]
//
// FOLDER holds real models. Without --seed the seed is FOXML_FUZZ_SEED or, where that is not set, the day. --input runs
// the one input of a seed that failed, and writes it to fuzz_models.input.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

#include "model_fuzzer.hpp"
#include "mutations.hpp"

namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

struct Options {
    fs::path folder;
    std::uint64_t seconds = 15;
    std::uint64_t seed = 0;
    std::uint64_t first_input = 0;
    bool one_input = false;
};

Options options;
std::uint64_t current_input = 0;

void print_place() {
    std::fprintf(stderr, "fuzz_models: to repeat: fuzz_models %s --seed %llu --input %llu\n", options.folder.c_str(),
                 static_cast<unsigned long long>(options.seed), static_cast<unsigned long long>(current_input));
    std::fflush(stderr);
}

[[noreturn]] void usage() {
    std::fprintf(stderr, "usage: fuzz_models FOLDER [--seconds N] [--seed S] [--input I] [--canary]\n");
    std::exit(2);
}

std::uint64_t number(const char* text) {
    char* end = nullptr;
    const std::uint64_t value = std::strtoull(text, &end, 10);
    if (end == text || *end != '\0') {
        usage();
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
            foxml::fuzz::model_canary = true;
        } else if (name == "--seconds" && has_value) {
            options.seconds = number(words[++i]);
        } else if (name == "--seed" && has_value) {
            options.seed = number(words[++i]);
        } else if (name == "--input" && has_value) {
            options.first_input = number(words[++i]);
            options.one_input = true;
        } else if (options.folder.empty() && name[0] != '-') {
            options.folder = name;
        } else {
            usage();
        }
    }
    if (options.folder.empty()) {
        usage();
    }
}

std::vector<std::string> read_seeds() {
    std::vector<fs::path> paths;
    std::copy(fs::directory_iterator(options.folder), fs::directory_iterator(), std::back_inserter(paths));
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> seeds;
    for (const fs::path& path : paths) {
        std::ifstream file(path, std::ios::binary);
        seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return seeds;
}

bool run(const std::string& bytes) {
    if (options.one_input) {
        std::ofstream("fuzz_models.input", std::ios::binary) << bytes;
    }
    try {
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fuzz_models: broken: %s\n", error.what());
        print_place();
        return false;
    }
    return true;
}

bool run_inputs(const std::vector<std::string>& seeds) {
    const auto end = Clock::now() + std::chrono::seconds(options.seconds);
    std::uint64_t inputs = 0;
    do {
        current_input = options.first_input + inputs;
        std::seed_seq both{options.seed & 0xffffffff, options.seed >> 32, current_input};
        std::mt19937_64 random(both);
        if (!run(foxml::fuzz::mutated(seeds, random))) {
            return false;
        }
        ++inputs;
    } while (!options.one_input && Clock::now() < end);
    const foxml::fuzz::ModelCounts& counts = foxml::fuzz::model_counts;
    std::printf("  inputs %llu, refused %llu, read %llu, scores compared %llu\n",
                static_cast<unsigned long long>(inputs), static_cast<unsigned long long>(counts.refused),
                static_cast<unsigned long long>(counts.read), static_cast<unsigned long long>(counts.scores));
    return true;
}

}  // namespace

int main(int argument_count, char** arguments) {
    read_options(argument_count, arguments);
    std::printf("fuzz_models: seed %llu\n", static_cast<unsigned long long>(options.seed));
    std::fflush(stdout);
    std::signal(SIGABRT, [](int) { print_place(); });
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_set_death_callback(print_place);
#endif
    const std::vector<std::string> seeds = read_seeds();
    for (const std::string& seed : seeds) {
        if (!run(seed)) {
            return 1;
        }
    }
    if (seeds.empty() || foxml::fuzz::model_counts.read != seeds.size()) {
        std::fprintf(stderr, "fuzz_models: %zu seeds, of which %llu were read: expected all\n", seeds.size(),
                     static_cast<unsigned long long>(foxml::fuzz::model_counts.read));
        return 1;
    }
    return run_inputs(seeds) ? 0 : 1;
}
