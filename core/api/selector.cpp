#include "core/api/selector.h"

#include "core/api/label_syntax.h"

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>

namespace coracle::api {

namespace {

using Operator = LabelSelector::Operator;
using Requirement = LabelSelector::Requirement;

std::optional<int64_t> integer(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-'))
            return std::nullopt;
    }
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

struct Token {
    enum Kind { Word, End, Open, Close, Comma, Not, Equals, DoubleEquals, NotEquals, Greater, Less };
    Kind kind = End;
    std::string_view text;
};

std::vector<Token> tokens(std::string_view text) {
    struct Symbol {
        std::string_view text;
        Token::Kind kind;
    };
    constexpr std::array kSymbols{
        // longer ones first
        Symbol{"==", Token::DoubleEquals}, Symbol{"!=", Token::NotEquals}, Symbol{"=", Token::Equals},
        Symbol{"!", Token::Not},           Symbol{"(", Token::Open},       Symbol{")", Token::Close},
        Symbol{",", Token::Comma},         Symbol{">", Token::Greater},    Symbol{"<", Token::Less},
    };
    constexpr std::string_view kSpace = " \t\r\n";
    constexpr std::string_view kBreak = " \t\r\n=!(),><";
    std::vector<Token> result;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
        if (text.empty() || text[0] == '\0') // a zero byte ends the text, as in the original
            break;
        Token token{Token::Word, text.substr(0, text.find_first_of(kBreak))};
        for (const Symbol &symbol : kSymbols)
            if (token.text.empty() && text.starts_with(symbol.text))
                token = {symbol.kind, text.substr(0, symbol.text.size())};
        result.push_back(token);
        text.remove_prefix(token.text.size());
    }
    result.push_back({});
    return result;
}

/// Recursive descent over the tokens. Words like "in" are operators only where an operator stands.
class Parser {
public:
    explicit Parser(std::string_view text) : m_tokens(tokens(text)) {}

    Result<LabelSelector> parse() {
        LabelSelector selector;
        while (peek().kind != Token::End) {
            if (peek().kind != Token::Word && peek().kind != Token::Not)
                return unexpected(peek(), "!, identifier, or 'end of string'");
            if (auto added = requirement(selector); !added)
                return Failure(withContext("unable to parse requirement", std::move(added).error()));
            const Token next = take();
            if (next.kind == Token::End)
                break;
            if (next.kind != Token::Comma)
                return unexpected(next, "',' or 'end of string'");
            if (peek().kind != Token::Word && peek().kind != Token::Not)
                return unexpected(peek(), "identifier after ','");
        }
        return selector;
    }

private:
    const Token &peek() const { return m_tokens[m_next]; }
    Token take() { return m_tokens[m_next + 1 < m_tokens.size() ? m_next++ : m_next]; }

    static Failure unexpected(const Token &token, std::string_view expected) {
        return errors::badRequest(fmt::format("found '{}', expected: {}", token.text, expected));
    }

    Result<> requirement(LabelSelector &selector) {
        const bool negated = peek().kind == Token::Not;
        if (negated)
            take();
        const Token key = take();
        if (key.kind != Token::Word)
            return unexpected(key, "identifier");
        if (const auto wrong = qualifiedNameErrors(key.text); !wrong.empty())
            return errors::badRequest(
                fmt::format("<nil>: Invalid value: \"{}\": {}", key.text, fmt::join(wrong, "; ")));
        if (negated)
            return selector.add(key.text, Operator::DoesNotExist, {});
        if (peek().kind == Token::End || peek().kind == Token::Comma)
            return selector.add(key.text, Operator::Exists, {});
        TRY(const Operator op, operation());
        if (op == Operator::In || op == Operator::NotIn) {
            TRY(auto set, values());
            return selector.add(key.text, op, std::move(set));
        }
        if (peek().kind == Token::End || peek().kind == Token::Comma)
            return selector.add(key.text, op, {""});
        const Token value = take();
        if (value.kind != Token::Word)
            return unexpected(value, "identifier");
        return selector.add(key.text, op, {std::string(value.text)});
    }

    Result<Operator> operation() {
        const Token token = take();
        switch (token.kind) {
        case Token::Equals:
        case Token::DoubleEquals:
            return Operator::Equals;
        case Token::NotEquals:
            return Operator::NotEquals;
        case Token::Greater:
            return Operator::GreaterThan;
        case Token::Less:
            return Operator::LessThan;
        case Token::Word:
            if (token.text == "in")
                return Operator::In;
            if (token.text == "notin")
                return Operator::NotIn;
            break;
        default:
            break;
        }
        return unexpected(token, "in, notin, =, ==, !=, gt, lt");
    }

    /// The part after in and notin. Empty places between commas and parentheses are empty values.
    Result<std::vector<std::string>> values() {
        if (const Token open = take(); open.kind != Token::Open)
            return unexpected(open, "'('");
        std::vector<std::string> result;
        while (true) {
            std::string_view value;
            if (peek().kind == Token::Word)
                value = take().text;
            else if (peek().kind != Token::Comma && peek().kind != Token::Close)
                return unexpected(peek(), result.empty() ? "',', ')' or identifier" : "',', or identifier");
            result.emplace_back(value);
            const Token next = take();
            if (next.kind == Token::Close)
                return result;
            if (next.kind != Token::Comma)
                return unexpected(next, "',' or ')'");
        }
    }

    std::vector<Token> m_tokens;
    size_t m_next = 0;
};

bool holds(const Requirement &requirement, std::optional<std::string_view> value) {
    const auto listed = [&] { return std::ranges::binary_search(requirement.values, *value); };
    switch (requirement.op) {
    case Operator::In:
    case Operator::Equals:
        return value && listed();
    case Operator::NotIn:
    case Operator::NotEquals:
        return !value || !listed();
    case Operator::Exists:
        return value.has_value();
    case Operator::DoesNotExist:
        return !value;
    case Operator::GreaterThan:
    case Operator::LessThan:
        break;
    }
    const auto number = value ? integer(*value) : std::nullopt;
    if (!number)
        return false;
    return requirement.op == Operator::GreaterThan ? *number > requirement.number : *number < requirement.number;
}

/// What is wrong with the number or form of the values; empty when nothing is.
std::string valuesError(Operator op, const std::vector<std::string> &values) {
    const auto invalid = [&](std::string_view why) {
        return fmt::format("values: Invalid value: [{}]: {}", fmt::join(values, ","), why);
    };
    switch (op) {
    case Operator::In:
    case Operator::NotIn:
        return values.empty() ? invalid("for 'in', 'notin' operators, values set can't be empty") : "";
    case Operator::Exists:
    case Operator::DoesNotExist:
        return values.empty() ? "" : invalid("values set must be empty for exists and does not exist");
    case Operator::Equals:
    case Operator::NotEquals:
        return values.size() == 1 ? "" : invalid("exact-match compatibility requires one single value");
    case Operator::GreaterThan:
    case Operator::LessThan:
        break;
    }
    if (values.size() != 1)
        return invalid("for 'Gt', 'Lt' operators, exactly one value is required");
    return integer(values[0]) ? ""
                              : fmt::format("values[0]: Invalid value: \"{}\": for 'Gt', 'Lt' operators, the value "
                                            "must be an integer",
                                            values[0]);
}

std::string requirementText(const Requirement &requirement) {
    const std::string &key = requirement.key;
    const std::string values = fmt::format("{}", fmt::join(requirement.values, ","));
    switch (requirement.op) {
    case Operator::In:
        return fmt::format("{} in ({})", key, values);
    case Operator::NotIn:
        return fmt::format("{} notin ({})", key, values);
    case Operator::Exists:
        return key;
    case Operator::DoesNotExist:
        return "!" + key;
    case Operator::Equals:
        return fmt::format("{}={}", key, values);
    case Operator::NotEquals:
        return fmt::format("{}!={}", key, values);
    case Operator::GreaterThan:
        return fmt::format("{}>{}", key, values);
    case Operator::LessThan:
        return fmt::format("{}<{}", key, values);
    }
    return key;
}

const boost::json::value *member(const boost::json::object &object, std::string_view name) {
    const auto *value = object.if_contains(name);
    return value && !value->is_null() ? value : nullptr;
}

Failure notASelector(std::string_view what) {
    return errors::badRequest(fmt::format("the label selector is malformed: {}", what));
}

} // namespace

LabelSelector LabelSelector::nothing() {
    LabelSelector selector;
    selector.m_nothing = true;
    return selector;
}

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
    return Parser(text).parse();
}

Result<> LabelSelector::add(std::string_view key, Operator op, std::vector<std::string> values) {
    std::vector<std::string> wrong;
    if (const auto keyErrors = qualifiedNameErrors(key); !keyErrors.empty())
        wrong.push_back(fmt::format("key: Invalid value: \"{}\": {}", key, fmt::join(keyErrors, "; ")));
    std::ranges::sort(values);
    values.erase(std::ranges::unique(values).begin(), values.end());
    if (std::string error = valuesError(op, values); !error.empty())
        wrong.push_back(std::move(error));
    for (size_t i = 0; i < values.size(); ++i)
        if (const auto valueErrors = labelValueErrors(values[i]); !valueErrors.empty())
            wrong.push_back(fmt::format("values[{}][{}]: Invalid value: \"{}\": {}", i, key, values[i],
                                        fmt::join(valueErrors, "; ")));
    if (wrong.size() == 1)
        return errors::badRequest(std::move(wrong.front()));
    if (!wrong.empty())
        return errors::badRequest(fmt::format("[{}]", fmt::join(wrong, ", ")));
    Requirement requirement{std::string(key), op, std::move(values), 0};
    if (op == Operator::GreaterThan || op == Operator::LessThan)
        requirement.number = *integer(requirement.values.front());
    m_requirements.push_back(std::move(requirement));
    return {};
}

Result<> LabelSelector::addExpression(std::string_view key, std::string_view op, std::vector<std::string> values) {
    if (op == "In")
        return add(key, Operator::In, std::move(values));
    if (op == "NotIn")
        return add(key, Operator::NotIn, std::move(values));
    if (op == "Exists")
        return add(key, Operator::Exists, std::move(values));
    if (op == "DoesNotExist")
        return add(key, Operator::DoesNotExist, std::move(values));
    return errors::badRequest(fmt::format("\"{}\" is not a valid label selector operator", op));
}

Result<LabelSelector> LabelSelector::fromJson(const boost::json::value &selector) {
    if (selector.is_null())
        return nothing();
    const auto *object = selector.if_object();
    if (!object)
        return notASelector("it is no object");
    LabelSelector result;
    if (const auto *labels = member(*object, "matchLabels")) {
        if (!labels->is_object())
            return notASelector("matchLabels is no object");
        for (const auto &[key, value] : labels->get_object()) {
            if (!value.is_string())
                return notASelector(fmt::format("matchLabels[{}] is no string", std::string_view(key)));
            CHECK(result.add(key, Operator::Equals, {std::string(value.get_string())}));
        }
    }
    const auto *expressions = member(*object, "matchExpressions");
    if (!expressions)
        return result;
    if (!expressions->is_array())
        return notASelector("matchExpressions is no list");
    for (const auto &item : expressions->get_array()) {
        const auto *expression = item.if_object();
        const auto *key = expression ? member(*expression, "key") : nullptr;
        const auto *op = expression ? member(*expression, "operator") : nullptr;
        if (!key || !key->is_string() || !op || !op->is_string())
            return notASelector("an item of matchExpressions lacks key or operator");
        std::vector<std::string> values;
        if (const auto *list = member(*expression, "values")) {
            if (!list->is_array())
                return notASelector("values is no list");
            for (const auto &value : list->get_array()) {
                if (!value.is_string())
                    return notASelector("an item of values is no string");
                values.emplace_back(value.get_string());
            }
        }
        CHECK(result.addExpression(key->get_string(), op->get_string(), std::move(values)));
    }
    return result;
}

bool LabelSelector::matches(std::span<const Pair> labels) const {
    if (m_nothing)
        return false;
    return std::ranges::all_of(m_requirements, [&](const Requirement &requirement) {
        const auto found = std::ranges::lower_bound(labels, std::string_view(requirement.key), {}, &Pair::first);
        const bool present = found != labels.end() && found->first == requirement.key;
        return holds(requirement, present ? std::optional(found->second) : std::nullopt);
    });
}

std::string LabelSelector::text() const {
    std::vector<const Requirement *> sorted;
    for (const Requirement &requirement : m_requirements)
        sorted.push_back(&requirement);
    std::ranges::stable_sort(sorted, {}, &Requirement::key);
    std::string text;
    for (const Requirement *requirement : sorted)
        text += (text.empty() ? "" : ",") + requirementText(*requirement);
    return text;
}

} // namespace coracle::api
