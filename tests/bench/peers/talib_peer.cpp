// Drives TA-Lib's C library for benchmarks: its streams, bar by bar, and its batch functions with the float32 matrix
// that a model reads. The library is the one that the Python package ships; its headers are not shipped, so each
// function is declared here by the kinds of its arguments.

#include <dlfcn.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace {

/// Seconds that this thread has run: on a busy machine the time of others is not ours.
double thread_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::string last_error;

void check(int code, const std::string& function) {
    if (code != 0) {
        throw std::runtime_error(function + ": TA-Lib returned " + std::to_string(code));
    }
}

constexpr std::string_view kInputs = "ohlcvrw";  // r: log returns, w: ln(1 + volume)

/// The input columns of a history, one after the other.
struct Columns {
    const double* data;
    std::int64_t count;

    [[nodiscard]] const double* at(std::size_t column) const {
        return data + static_cast<std::int64_t>(column) * count;
    }
};

/// One function with its parameters: a stream, and the batch of the same.
class Call {
   public:
    virtual ~Call() = default;
    [[nodiscard]] virtual std::size_t outputs() const = 0;
    virtual void open(const Columns& columns, int history) = 0;
    virtual void update(const Columns& columns, std::int64_t i, double* out) = 0;
    /// Every bar from `from` on, in a loop of its own; results go to `out`, column by column, if given.
    virtual double run(const Columns& columns, std::int64_t from, double* out) = 0;
    /// The whole history; `out` gets `outputs()` columns, 0 before the first value.
    virtual void batch(const Columns& columns, double* out) = 0;
};

template <std::size_t>
using In = double;
template <std::size_t>
using InColumn = const double*;
template <std::size_t>
using Out = double*;

template <typename Ins, typename Outs, typename... P>
class Function;

template <std::size_t... I, std::size_t... O, typename... P>
class Function<std::index_sequence<I...>, std::index_sequence<O...>, P...> final : public Call {
   public:
    Function(void* library, const std::string& name, std::array<std::size_t, sizeof...(I)> inputs,
             std::tuple<P...> params)
        : name_(name), inputs_(inputs), params_(params) {
        const auto symbol = [&](const std::string& suffix) {
            void* const found = dlsym(library, ("TA_" + name + suffix).c_str());
            if (found == nullptr) {
                throw std::runtime_error("TA_" + name + suffix + " is not in this TA-Lib");
            }
            return found;
        };
        open_ = reinterpret_cast<Open>(symbol("_Open"));
        update_ = reinterpret_cast<Update>(symbol("_Update"));
        close_ = reinterpret_cast<Close>(symbol("_Close"));
        lookback_ = reinterpret_cast<Lookback>(symbol("_Lookback"));
        batch_ = reinterpret_cast<Batch>(symbol(""));
    }
    Function(const Function&) = delete;
    Function& operator=(const Function&) = delete;
    ~Function() override { close(); }

    [[nodiscard]] std::size_t outputs() const override { return sizeof...(O); }

    void open(const Columns& columns, int history) override {
        close();
        std::array<double, sizeof...(O)> last;
        check(std::apply([&](P... p) { return open_(&stream_, columns.at(inputs_[I])..., history, p..., &last[O]...); },
                         params_),
              name_);
    }

    void update(const Columns& columns, std::int64_t i, double* out) override {
        update_(stream_, columns.at(inputs_[I])[i]..., out + O...);
    }

    double run(const Columns& columns, std::int64_t from, double* out) override {
        const std::array<const double*, sizeof...(I)> in{columns.at(inputs_[I])...};
        std::array<double, sizeof...(O)> last;
        const double start = thread_seconds();
        if (out == nullptr) {
            for (std::int64_t i = from; i < columns.count; ++i) {
                update_(stream_, in[I][i]..., &last[O]...);
            }
        } else {
            for (std::int64_t i = from; i < columns.count; ++i) {
                update_(stream_, in[I][i]..., (out + static_cast<std::int64_t>(O) * columns.count + i)...);
            }
        }
        return thread_seconds() - start;
    }

    void batch(const Columns& columns, double* out) override {
        int begin = 0;
        int length = 0;
        const int last = static_cast<int>(columns.count) - 1;
        const int lookback = std::apply(lookback_, params_);
        (std::fill_n(out + static_cast<std::int64_t>(O) * columns.count, lookback, 0.0), ...);
        check(std::apply(
                  [&](P... p) {
                      return batch_(0, last, columns.at(inputs_[I])..., p..., &begin, &length,
                                    (out + static_cast<std::int64_t>(O) * columns.count + lookback)...);
                  },
                  params_),
              name_);
    }

   private:
    using Open = int (*)(void**, InColumn<I>..., int, P..., Out<O>...);
    using Update = int (*)(void*, In<I>..., Out<O>...);
    using Close = int (*)(void*);
    using Lookback = int (*)(P...);
    using Batch = int (*)(int, int, InColumn<I>..., P..., int*, int*, Out<O>...);

    void close() {
        if (stream_ != nullptr) {
            close_(stream_);
            stream_ = nullptr;
        }
    }

    std::string name_;
    std::array<std::size_t, sizeof...(I)> inputs_;
    std::tuple<P...> params_;
    Open open_;
    Update update_;
    Close close_;
    Lookback lookback_;
    Batch batch_;
    void* stream_ = nullptr;
};

using Maker = std::unique_ptr<Call> (*)(void*, const std::string&, const std::string&, std::istringstream&);

template <std::size_t Ins, std::size_t Outs, typename... P>
std::unique_ptr<Call> make(void* library, const std::string& name, const std::string& letters,
                           std::istringstream& words) {
    std::array<std::size_t, Ins> inputs;
    if (letters.size() != Ins) {
        throw std::runtime_error(name + " takes " + std::to_string(Ins) + " inputs, not '" + letters + "'");
    }
    std::transform(letters.begin(), letters.end(), inputs.begin(), [](char c) { return kInputs.find(c); });
    std::tuple<P...> params;
    std::apply([&](P&... p) { (words >> ... >> p); }, params);
    if (!words) {
        throw std::runtime_error(name + ": parameters are missing");
    }
    using Ready = Function<std::make_index_sequence<Ins>, std::make_index_sequence<Outs>, P...>;
    return std::make_unique<Ready>(library, name, inputs, params);
}

Maker maker_of(const std::string& name) {
    static const std::map<std::string, Maker> makers = {
        {"STDDEV", make<1, 1, int, double>},
        {"BBANDS", make<1, 3, int, double, double, int>},
        {"MACD", make<1, 3, int, int, int>},
        {"CORREL", make<2, 1, int>},
        {"MIDPRICE", make<2, 1, int>},
        {"AROONOSC", make<2, 1, int>},
        {"AO", make<2, 1, int, int>},
        {"AROON", make<2, 2, int>},
        {"DONCHIAN", make<2, 3, int>},
        {"STOCHF", make<3, 2, int, int, int>},
        {"ULTOSC", make<3, 1, int, int, int>},
        {"VORTEX", make<3, 2, int>},
        {"WILLR", make<3, 1, int>},
        {"CCI", make<3, 1, int>},
        {"NATR", make<3, 1, int>},
        {"ADX", make<3, 1, int>},
        {"PLUS_DI", make<3, 1, int>},
        {"MINUS_DI", make<3, 1, int>},
        {"MFI", make<4, 1, int>},
        {"CMF", make<4, 1, int>},
    };
    const auto found = makers.find(name);
    return found == makers.end() ? make<1, 1, int> : found->second;  // one series and a window: the rest
}

/// All calls of a benchmark.
class Peer {
   public:
    Peer(const char* path, const char* text) : library_(dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
        if (library_ == nullptr) {
            throw std::runtime_error(dlerror());
        }
        reinterpret_cast<int (*)()>(dlsym(library_, "TA_Initialize"))();
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            std::istringstream words(line);
            std::string name;
            std::string letters;
            words >> name >> letters;
            calls_.push_back(maker_of(name)(library_, name, letters, words));
            outputs += calls_.back()->outputs();
        }
    }

    void open(const Columns& columns, int history) {
        for (const auto& call : calls_) {
            call->open(columns, history);
        }
    }

    /// Each stream alone over all bars: its state never leaves the nearest cache.
    double each(const Columns& columns, int history, double* out) {
        open(columns, history);
        double seconds = 0.0;
        for (const auto& call : calls_) {
            seconds += call->run(columns, history, out);
            out = out == nullptr ? nullptr : out + static_cast<std::int64_t>(call->outputs()) * columns.count;
        }
        return seconds;
    }

    /// All streams on each bar, and the row of float32 that a model reads.
    double rows(const Columns& columns, int history, float* row) {
        open(columns, history);
        std::array<double, 8> last;
        const double start = thread_seconds();
        for (std::int64_t i = history; i < columns.count; ++i) {
            float* cell = row;
            for (const auto& call : calls_) {
                call->update(columns, i, last.data());
                cell = std::copy_n(last.data(), call->outputs(), cell);
            }
        }
        return thread_seconds() - start;
    }

    /// Batch functions into float32 rows: a line of a row's cells at a time, so that a store fills what it loads.
    double batch(const Columns& columns, float* matrix) {
        constexpr std::size_t kLine = 16;
        std::vector<double> buffer((kLine + 2) * static_cast<std::size_t>(columns.count));
        const double start = thread_seconds();
        std::size_t held = 0;
        std::size_t written = 0;
        for (const auto& call : calls_) {
            call->batch(columns, buffer.data() + held * static_cast<std::size_t>(columns.count));
            held += call->outputs();
            if (held >= kLine) {
                write(columns.count, buffer.data(), held, matrix + written);
                written += held;
                held = 0;
            }
        }
        write(columns.count, buffer.data(), held, matrix + written);
        return thread_seconds() - start;
    }

    std::size_t outputs = 0;

   private:
    void write(std::int64_t count, const double* buffer, std::size_t held, float* matrix) const {
        for (std::int64_t i = 0; i < count; ++i) {
            float* const row = matrix + i * static_cast<std::int64_t>(outputs);
            for (std::size_t k = 0; k < held; ++k) {
                row[k] = static_cast<float>(buffer[static_cast<std::int64_t>(k) * count + i]);
            }
        }
    }

    void* library_;
    std::vector<std::unique_ptr<Call>> calls_;
};

template <typename Result, typename Work>
Result guarded(Result otherwise, Work work) {
    try {
        return work();
    } catch (const std::exception& error) {
        last_error = error.what();
        return otherwise;
    }
}

}  // namespace

extern "C" {

#define FOXML_BENCH __attribute__((visibility("default")))

FOXML_BENCH const char* peer_error() { return last_error.c_str(); }

/// One call a line: a function of TA-Lib, its inputs as letters of "ohlcvrw", its parameters.
FOXML_BENCH Peer* peer_open(const char* library, const char* calls) {
    return guarded<Peer*>(nullptr, [&] { return new Peer(library, calls); });
}

FOXML_BENCH void peer_close(const Peer* peer) { delete peer; }

FOXML_BENCH std::int64_t peer_outputs(const Peer* peer) { return static_cast<std::int64_t>(peer->outputs); }

FOXML_BENCH double peer_each(Peer* peer, const double* columns, std::int64_t count, std::int64_t history, double* out) {
    return guarded(-1.0, [&] { return peer->each({columns, count}, static_cast<int>(history), out); });
}

FOXML_BENCH double peer_rows(Peer* peer, const double* columns, std::int64_t count, std::int64_t history, float* row) {
    return guarded(-1.0, [&] { return peer->rows({columns, count}, static_cast<int>(history), row); });
}

FOXML_BENCH double peer_batch(Peer* peer, const double* columns, std::int64_t count, float* matrix) {
    return guarded(-1.0, [&] { return peer->batch({columns, count}, matrix); });
}
}
