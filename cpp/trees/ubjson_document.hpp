#pragma once

#include "trees/document.hpp"

namespace foxml::trees {

/// Universal Binary JSON, draft 12, as XGBoost writes it: plain objects, and arrays plain, counted or typed.
class UbjsonDocument final : public Document {
   public:
    UbjsonDocument(std::string_view bytes, const std::string& source) : Document(bytes, source) {}

    void object(const Member& member) override;
    void array(const std::function<void()>& element) override;
    [[nodiscard]] std::string string() override;
    [[nodiscard]] std::vector<float> floats() override;
    [[nodiscard]] std::vector<double> doubles() override;
    [[nodiscard]] std::vector<std::int64_t> integers() override;
    void skip() override;
    void end() override;

   private:
    /// What stands behind the `[` of an array.
    struct Header {
        char type = '\0';         ///< of every element; NUL where each states its own
        bool is_counted = false;  ///< else `]` ends it
        std::size_t count = 0;
    };

    char marker();
    [[nodiscard]] char peek() const;
    Header header();
    template <typename Unsigned>
    Unsigned big_endian();
    std::size_t length();
    std::string text();
    std::int64_t integer(char type);
    template <typename Number>
    Number number(char type);
    void skip_scalar(char type);
    void elements(const Header& header, const std::function<void(char type)>& element);
};

}  // namespace foxml::trees
