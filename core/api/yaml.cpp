#include "core/api/codec.h"
#include "core/api/json_reader.h"
#include "core/api/utf8.h"
#include "core/api/yaml_scalar.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <istream>
#include <map>
#include <stdexcept>
#include <streambuf>
#include <utility>
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace coracle::api {
namespace {

namespace bj = boost::json;

/// Values of one document, and how many of them its aliases may add: far more than any real manifest, far less than an
/// "anchor bomb" asks for.
constexpr size_t kValuesMax = 2'000'000;
constexpr size_t kAliasedValuesMax = 200'000;
constexpr size_t kDepthMax = 500;
/// What the scanner may read ahead of the parser, in characters that begin or end tokens (a pair of quotes counts as
/// one); a token takes some 100 bytes. Enough for a scalar of a megabyte of dense JSON.
constexpr size_t kIndicatorsAheadMax = 430'000;
constexpr std::string_view kIndicators = "[]{},:?&*!", kQuotes = "\"'";
constexpr size_t kPieceBytes = 2048;

/// Hands the text to the scanner piece by piece and sees how far it runs ahead of the parser: yaml-cpp keeps every
/// token of a flow collection until it knows that the collection is no key, however large it is.
class WatchedText : public std::streambuf {
public:
    explicit WatchedText(std::string_view text) : m_rest(text) {}
    /// The parser has come to something.
    void caughtUp() { m_halvesAhead = 0; }

protected:
    int_type underflow() override {
        if (m_rest.empty())
            return traits_type::eof();
        const std::string_view piece = m_rest.substr(0, kPieceBytes);
        m_rest.remove_prefix(piece.size());
        for (char c : piece)
            m_halvesAhead += kIndicators.contains(c) ? 2 : kQuotes.contains(c) ? 1 : 0;
        if (m_halvesAhead > 2 * kIndicatorsAheadMax)
            throw std::runtime_error("yaml: a flow collection or a scalar is too large");
        char *begin = const_cast<char *>(piece.data()); // nothing is put back that is not there
        setg(begin, begin, begin + piece.size());
        return traits_type::to_int_type(piece.front());
    }

private:
    std::string_view m_rest;
    size_t m_halvesAhead = 0;
};

class YamlFailure : public std::exception {
public:
    YamlFailure(const YAML::Mark &mark, std::string_view message)
        : m_message(fmt::format("yaml: line {}: {}", mark.line + 1, message)) {}
    const char *what() const noexcept override { return m_message.c_str(); }

private:
    std::string m_message;
};

/// Builds a tree from the parser's events.
class TreeBuilder : public YAML::EventHandler {
public:
    explicit TreeBuilder(WatchedText &text) : m_text(text) {}

    /// The document that was read last.
    bj::value take() { return std::move(m_root); }
    bool hasDocument() const { return m_hasDocument; }

    void OnDocumentStart(const YAML::Mark &mark) override {
        // At a stray closing bracket the parser reports empty documents for ever.
        if (mark.pos <= std::exchange(m_start, mark.pos))
            throw YamlFailure(mark, "did not find expected <document start>");
        m_anchors.clear();
        m_values = m_aliasedValues = 0;
        m_root = nullptr;
        m_hasDocument = false;
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark &mark, YAML::anchor_t anchor) override { add(mark, anchor, nullptr); }

    void OnAlias(const YAML::Mark &mark, YAML::anchor_t anchor) override {
        const auto found = m_anchors.find(anchor);
        if (found == m_anchors.end())
            throw YamlFailure(mark, "anchor contains itself or is unknown");
        m_aliasedValues += found->second.size;
        if (m_aliasedValues > kAliasedValuesMax)
            throw YamlFailure(mark, "document contains excessive aliasing");
        add(mark, 0, found->second.value);
    }

    void OnScalar(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                  const std::string &text) override {
        const bool plain = tag.empty() || tag == "?";
        if (plain && expectsKey() && text == "<<") {
            m_stack.back().key = text;
            m_stack.back().hasKey = m_stack.back().isMerge = true;
        } else if (plain || tag == "tag:yaml.org,2002:int" || tag == "tag:yaml.org,2002:float" ||
                   tag == "tag:yaml.org,2002:bool" || tag == "tag:yaml.org,2002:null") {
            add(mark, anchor, resolveYamlScalar(text));
        } else if (tag == "!" || tag == "tag:yaml.org,2002:str") {
            add(mark, anchor, bj::value(bj::string(text)));
        } else {
            throw YamlFailure(mark, fmt::format("unsupported tag {}", tag));
        }
    }

    void OnSequenceStart(const YAML::Mark &mark, const std::string &, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, anchor, bj::array());
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark &mark, const std::string &, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, anchor, bj::object());
    }
    void OnMapEnd() override { close(); }

private:
    struct Level {
        bj::value value; ///< array or object
        YAML::Mark mark;
        YAML::anchor_t anchor;
        size_t valuesBefore;
        std::string key; ///< of the member whose value comes next
        bool hasKey = false, isMerge = false;
        bj::object merged; ///< members from merge keys; the object's own ones win
    };
    struct Anchored {
        bj::value value;
        size_t size;
    };

    bool expectsKey() const { return !m_stack.empty() && m_stack.back().value.is_object() && !m_stack.back().hasKey; }

    void open(const YAML::Mark &mark, YAML::anchor_t anchor, bj::value container) {
        if (expectsKey())
            throw YamlFailure(mark, "invalid map key");
        if (m_stack.size() >= kDepthMax)
            throw YamlFailure(mark, "exceeded max depth");
        m_stack.push_back({std::move(container), mark, anchor, m_values + m_aliasedValues, {}, false, false, {}});
        m_text.caughtUp();
    }

    void close() {
        Level level = std::move(m_stack.back());
        m_stack.pop_back();
        if (level.value.is_object()) {
            for (auto &[key, value] : level.merged)
                level.value.get_object().emplace(key, std::move(value));
        }
        add(level.mark, level.anchor, std::move(level.value), m_values + m_aliasedValues - level.valuesBefore);
    }

    /// A complete value; size counts the values inside it.
    void add(const YAML::Mark &mark, YAML::anchor_t anchor, bj::value value, size_t size = 0) {
        m_values += 1 + (anchor != 0 ? size : 0); // what an anchor keeps is a copy
        if (m_values > kValuesMax)
            throw YamlFailure(mark, "document is too large");
        m_text.caughtUp();
        if (anchor != 0)
            m_anchors[anchor] = {value, size + 1};
        if (m_stack.empty()) {
            m_root = std::move(value);
            m_hasDocument = true;
            return;
        }
        Level &level = m_stack.back();
        if (level.value.is_array()) {
            level.value.get_array().push_back(std::move(value));
        } else if (!level.hasKey) {
            level.key = keyText(mark, value);
            level.hasKey = true;
        } else {
            level.hasKey = false;
            if (std::exchange(level.isMerge, false))
                merge(mark, level, value);
            else
                level.value.get_object()[level.key] = std::move(value);
        }
    }

    static std::string keyText(const YAML::Mark &mark, const bj::value &key) {
        if (key.is_string())
            return std::string(key.get_string());
        if (key.is_bool() || key.is_number())
            return bj::serialize(key);
        throw YamlFailure(mark, "unsupported map key");
    }

    static void merge(const YAML::Mark &mark, Level &level, const bj::value &value) {
        if (value.is_object()) {
            for (const auto &[key, item] : value.get_object())
                level.merged.emplace(key, item);
        } else if (value.is_array()) {
            for (const bj::value &item : value.get_array()) {
                if (!item.is_object())
                    throw YamlFailure(mark, "map merge requires map or sequence of maps as the value");
                merge(mark, level, item);
            }
        } else {
            throw YamlFailure(mark, "map merge requires map or sequence of maps as the value");
        }
    }

    WatchedText &m_text;
    std::vector<Level> m_stack;
    std::map<YAML::anchor_t, Anchored> m_anchors;
    bj::value m_root;
    int m_start = -1; ///< of the document
    size_t m_values = 0, m_aliasedValues = 0;
    bool m_hasDocument = false;
};

Result<std::vector<std::string>> documents(std::string_view yaml, size_t documentsMax) {
    std::string repaired;
    if (!isUtf8(yaml))
        yaml = repaired = replaceInvalidUtf8(yaml);
    std::vector<std::string> result;
    try {
        WatchedText text(yaml);
        std::istream stream(&text);
        YAML::Parser parser(stream);
        TreeBuilder builder(text);
        while (result.size() < documentsMax && parser.HandleNextDocument(builder)) {
            if (builder.hasDocument())
                result.push_back(bj::serialize(builder.take()));
        }
    } catch (const YAML::Exception &error) {
        return errors::badRequest(
            fmt::format("error converting YAML to JSON: yaml: line {}: {}", error.mark.line + 1, error.msg));
    } catch (const std::exception &error) {
        return errors::badRequest(fmt::format("error converting YAML to JSON: {}", error.what()));
    }
    return result;
}

bool isJsonObject(std::string_view text) {
    JsonReader reader(text);
    return reader.peek() == JsonReader::Token::Object && reader.skip() && reader.finish();
}

} // namespace

Result<std::string> yamlToJson(std::string_view yaml) {
    // JSON is YAML too, and often sent as such (kubectl apply --server-side). It need not go through the slow parser.
    if (isJsonObject(yaml))
        return std::string(yaml);
    TRY(std::vector<std::string> found, documents(yaml, 1));
    return found.empty() ? "null" : std::move(found.front());
}

Result<std::vector<std::string>> yamlDocumentsToJson(std::string_view yaml) {
    TRY(std::vector<std::string> found, documents(yaml, SIZE_MAX));
    std::erase(found, "null");
    return found;
}

} // namespace coracle::api
