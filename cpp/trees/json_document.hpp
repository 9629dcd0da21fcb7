#pragma once

#include "trees/document.hpp"

namespace foxml::trees {

/// JSON as RFC 8259 has it, and the words NaN, Infinity and -Infinity, which XGBoost writes for such numbers.
class JsonDocument final : public Document {
   public:
    JsonDocument(std::string_view text, const std::string& source) : Document(text, source) {}

    void object(const Member& member) override;
    void array(const std::function<void()>& element) override;
    [[nodiscard]] std::string string() override;
    [[nodiscard]] std::vector<float> floats() override;
    [[nodiscard]] std::vector<double> doubles() override;
    [[nodiscard]] std::vector<std::int64_t> integers() override;
    void skip() override;
    void end() override;

    [[nodiscard]] double number() { return number<double>(); }
    [[nodiscard]] std::int64_t integer();

   private:
    char next();
    bool takes(char expected);
    void expect(char expected);
    std::string_view word();
    template <typename Number>
    Number number();
    void escape(std::string& text);
    std::uint32_t hex();
    void items(char open, char close, const std::function<void()>& item);
};

}  // namespace foxml::trees
