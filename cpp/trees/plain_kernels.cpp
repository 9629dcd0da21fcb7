#include "trees/plain_kernels.hpp"

#include "trees/interleaved.hpp"
#include "trees/reference.hpp"

namespace foxml::trees {

namespace {

class Reference final : public Kernel {
   public:
    explicit Reference(const Forest& forest) : forest_(forest) {}

    [[nodiscard]] std::string_view name() const noexcept override { return "reference"; }
    [[nodiscard]] std::size_t bytes() const noexcept override {
        std::size_t bytes = forest_.weights.size() * sizeof(double);
        for (const Tree& tree : forest_.trees) {
            bytes += tree.splits.size() * sizeof(Split) + tree.leaves.size() * sizeof(double);
        }
        return bytes;
    }
    [[nodiscard]] std::size_t scratch_bytes() const noexcept override { return 0; }
    void predict(const float* rows, std::size_t count, unsigned char*, double* scores) const noexcept override {
        each(rows, count, scores);
    }
    void predict(const double* rows, std::size_t count, unsigned char*, double* scores) const noexcept override {
        each(rows, count, scores);
    }

   private:
    template <typename Value>
    void each(const Value* rows, std::size_t count, double* scores) const noexcept {
        for (std::size_t i = 0; i < count; ++i) {
            reference_predict(forest_, rows + i * forest_.feature_count, scores + i * forest_.output_count);
        }
    }

    Forest forest_;
};

class Interleaved final : public Kernel {
   public:
    explicit Interleaved(const Forest& forest)
        : predictor_(forest), feature_count_(forest.feature_count), output_count_(forest.output_count) {}

    [[nodiscard]] std::string_view name() const noexcept override { return "interleaved"; }
    [[nodiscard]] std::size_t bytes() const noexcept override { return predictor_.bytes(); }
    [[nodiscard]] std::size_t scratch_bytes() const noexcept override {
        return predictor_.scratch_size() * sizeof(double);
    }
    void predict(const float* rows, std::size_t count, unsigned char* scratch, double* scores) const noexcept override {
        each(rows, count, scratch, scores);
    }
    void predict(const double* rows, std::size_t count, unsigned char* scratch,
                 double* scores) const noexcept override {
        each(rows, count, scratch, scores);
    }

   private:
    template <typename Value>
    void each(const Value* rows, std::size_t count, unsigned char* scratch, double* scores) const noexcept {
        for (std::size_t i = 0; i < count; ++i) {
            predictor_.predict(rows + i * feature_count_, reinterpret_cast<double*>(scratch),
                               scores + i * output_count_);
        }
    }

    InterleavedPredictor predictor_;
    std::size_t feature_count_;
    std::size_t output_count_;
};

}  // namespace

std::unique_ptr<Kernel> make_reference(const Forest& forest) { return std::make_unique<Reference>(forest); }

std::unique_ptr<Kernel> make_interleaved(const Forest& forest) {
    return InterleavedPredictor::supports(forest) ? std::make_unique<Interleaved>(forest) : nullptr;
}

}  // namespace foxml::trees
