#include "core/cel/parser.h"

#include "core/cel/cel.h"
#include "core/cel/lexer.h"
#include "core/cel/literals.h"
#include "core/cel/macros.h"
#include "core/cel/value_data.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace coracle::cel {

std::string_view operatorName(Operator op) {
    static constexpr std::array<std::string_view, 20> kNames{"",    "_+_",  "_-_",   "_*_",   "_/_",  "_%_", "-_",
                                                             "!_",  "_==_", "_!=_",  "_<_",   "_<=_", "_>_", "_>=_",
                                                             "@in", "_[_]", "_[?_]", "_?_:_", "_&&_", "_||_"};
    return kNames[size_t(op)];
}

namespace {

constexpr std::string_view kOperandStart =
    "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, "
    "NUM_UINT, STRING, BYTES, IDENTIFIER}";

constexpr std::array<std::string_view, 17> kReserved{"as",        "break",  "const",  "continue", "else", "for",
                                                     "function",  "if",     "import", "let",      "loop", "package",
                                                     "namespace", "return", "var",    "void",     "while"};

class Parser {
public:
    Parser(std::vector<Token> tokens, Issues &issues) : m_tokens(std::move(tokens)), m_issues(issues) {}

    ExprPtr run() {
        ExprPtr root = expression();
        if (root && current().kind != Token::Kind::End)
            return unexpected("<EOF>", m_tokens[m_at + 1].kind == Token::Kind::End);
        return root;
    }

private:
    using Kind = Token::Kind;

    const Token &current() const { return m_tokens[m_at]; }
    bool at(std::string_view symbol) const { return current().is(symbol); }
    bool accept(std::string_view symbol) {
        const bool there = at(symbol);
        m_at += there;
        return there;
    }

    ExprPtr syntaxError(std::string_view message) {
        m_issues.add(current().position, fmt::format("Syntax error: {}", message));
        return nullptr;
    }

    /// `extraneous`: the expression could go on if the token were not there.
    ExprPtr unexpected(std::string_view expected, bool extraneous) {
        return syntaxError(fmt::format("{} input '{}' expecting {}", extraneous ? "extraneous" : "mismatched",
                                       current().text, expected));
    }

    /// A closing symbol; false when it is missing.
    bool expectSymbol(std::string_view symbol) {
        if (accept(symbol))
            return true;
        if (current().kind == Kind::End && symbol != ":")
            syntaxError(fmt::format("missing '{}' at '<EOF>'", symbol));
        else
            unexpected(fmt::format("'{}'", symbol), current().kind != Kind::End && m_tokens[m_at + 1].is(symbol));
        return false;
    }

    ExprPtr tooDeep() {
        if (!m_tooDeep)
            m_issues.addGlobal(fmt::format("expression recursion limit exceeded: {}", kExpressionDepthMax));
        m_tooDeep = true;
        return nullptr;
    }

    ExprPtr node(Expr::Kind kind, uint32_t position, std::vector<ExprPtr> args = {}) {
        auto expr = std::make_unique<Expr>();
        expr->kind = kind;
        expr->position = position;
        for (const ExprPtr &arg : args)
            expr->depth = std::max(expr->depth, uint16_t(arg->depth + 1));
        expr->args = std::move(args);
        return expr->depth > kExpressionDepthMax ? tooDeep() : std::move(expr);
    }

    template<class... Args>
    ExprPtr operation(Operator op, uint32_t position, Args... args) {
        std::vector<ExprPtr> list;
        (list.push_back(std::move(args)), ...);
        ExprPtr expr = node(Expr::Kind::Call, position, std::move(list));
        if (expr)
            expr->op = op;
        return expr;
    }

    ExprPtr expression() {
        if (++m_depth > kExpressionDepthMax)
            return tooDeep();
        ExprPtr expr = conditional();
        --m_depth;
        return expr;
    }

    ExprPtr conditional() {
        ExprPtr condition = terms(Operator::Or);
        if (!condition || !at("?"))
            return condition;
        const uint32_t position = m_tokens[m_at++].position;
        ExprPtr then = terms(Operator::Or);
        if (!then || !expectSymbol(":"))
            return nullptr;
        ExprPtr otherwise = expression();
        if (!otherwise)
            return nullptr;
        return operation(Operator::Conditional, position, std::move(condition), std::move(then), std::move(otherwise));
    }

    /// a || b || c is one node, so that long chains are not deep trees.
    ExprPtr terms(Operator op) {
        const std::string_view symbol = op == Operator::Or ? "||" : "&&";
        ExprPtr first = op == Operator::Or ? terms(Operator::And) : relation();
        if (!first || !at(symbol))
            return first;
        const uint32_t position = current().position;
        std::vector<ExprPtr> all;
        all.push_back(std::move(first));
        while (accept(symbol)) {
            ExprPtr next = op == Operator::Or ? terms(Operator::And) : relation();
            if (!next)
                return nullptr;
            all.push_back(std::move(next));
        }
        ExprPtr expr = node(Expr::Kind::Call, position, std::move(all));
        if (expr)
            expr->op = op;
        return expr;
    }

    using Level = std::vector<std::pair<std::string_view, Operator>>;

    /// Left-associative operators of one precedence above what `operand` reads.
    ExprPtr binary(const Level &level, ExprPtr (Parser::*operand)()) {
        ExprPtr left = (this->*operand)();
        while (left) {
            const auto found =
                std::find_if(level.begin(), level.end(), [this](const auto &candidate) { return at(candidate.first); });
            if (found == level.end())
                return left;
            const uint32_t position = m_tokens[m_at++].position;
            ExprPtr right = (this->*operand)();
            if (!right)
                return nullptr;
            left = operation(found->second, position, std::move(left), std::move(right));
        }
        return left;
    }

    ExprPtr relation() {
        static const Level kLevel{{"<", Operator::Less},    {"<=", Operator::LessEqual}, {">=", Operator::GreaterEqual},
                                  {">", Operator::Greater}, {"==", Operator::Equal},     {"!=", Operator::NotEqual},
                                  {"in", Operator::In}};
        return binary(kLevel, &Parser::sum);
    }

    ExprPtr sum() {
        static const Level kLevel{{"+", Operator::Add}, {"-", Operator::Subtract}};
        return binary(kLevel, &Parser::product);
    }

    ExprPtr product() {
        static const Level kLevel{{"*", Operator::Multiply}, {"/", Operator::Divide}, {"%", Operator::Modulo}};
        return binary(kLevel, &Parser::unary);
    }

    ExprPtr unary() {
        const uint32_t position = current().position;
        const std::string_view sign = at("!") ? "!" : "-";
        size_t count = 0;
        // The sign of a number belongs to the literal, so that the least int can be written.
        while (at(sign) &&
               !(sign == "-" && (m_tokens[m_at + 1].kind == Kind::Int || m_tokens[m_at + 1].kind == Kind::Float))) {
            ++count;
            ++m_at;
        }
        ExprPtr operand = member();
        if (!operand || count % 2 == 0)
            return operand;
        return operation(sign == "!" ? Operator::Not : Operator::Negate, position, std::move(operand));
    }

    ExprPtr member() {
        ExprPtr expr = primary();
        while (expr) {
            if (at("."))
                expr = selection(std::move(expr));
            else if (at("["))
                expr = index(std::move(expr));
            else
                return expr;
        }
        return expr;
    }

    ExprPtr selection(ExprPtr target) {
        const uint32_t dot = m_tokens[m_at++].position;
        const bool optional = accept("?");
        if (current().kind == Kind::EscapedIdentifier) {
            m_issues.add(current().position, "unsupported syntax: '`'");
            return nullptr;
        }
        if (current().kind != Kind::Identifier)
            return syntaxError(
                fmt::format("no viable alternative at input '.{}'", current().kind == Kind::End ? "" : current().text));
        const std::string name(m_tokens[m_at++].text);
        if (at("(") && !optional)
            return call(name, std::move(target));
        std::vector<ExprPtr> args;
        args.push_back(std::move(target));
        ExprPtr expr = node(optional ? Expr::Kind::OptionalSelect : Expr::Kind::Select, dot, std::move(args));
        if (expr)
            expr->name = name;
        return expr;
    }

    ExprPtr index(ExprPtr target) {
        const uint32_t position = m_tokens[m_at++].position;
        const bool optional = accept("?");
        ExprPtr key = expression();
        if (!key || !expectSymbol("]"))
            return nullptr;
        return operation(optional ? Operator::OptionalIndex : Operator::Index, position, std::move(target),
                         std::move(key));
    }

    /// The arguments behind a name; `target` is null for a global call.
    ExprPtr call(const std::string &name, ExprPtr target) {
        const uint32_t open = m_tokens[m_at++].position;
        const bool member = target != nullptr;
        std::vector<ExprPtr> args;
        if (member)
            args.push_back(std::move(target));
        if (!accept(")")) {
            do {
                ExprPtr argument = expression();
                if (!argument)
                    return nullptr;
                args.push_back(std::move(argument));
            } while (accept(","));
            if (!expectSymbol(")"))
                return nullptr;
        }
        ExprPtr expr = node(Expr::Kind::Call, open, std::move(args));
        if (!expr)
            return nullptr;
        expr->name = name;
        expr->member = member;
        return expandMacro(std::move(expr), m_issues);
    }

    ExprPtr primary() {
        const Token &token = current();
        if (token.kind == Kind::Identifier || (token.is(".") && m_tokens[m_at + 1].kind == Kind::Identifier))
            return identifier();
        if (accept("(")) {
            ExprPtr inner = expression();
            return inner && expectSymbol(")") ? std::move(inner) : nullptr;
        }
        if (token.is("["))
            return list();
        if (token.is("{"))
            return map();
        return literal();
    }

    ExprPtr identifier() {
        const bool leadingDot = accept(".");
        const Token token = m_tokens[m_at++];
        const std::string name = (leadingDot ? "." : "") + std::string(token.text);
        if (at("{") || messageFollows())
            return message(name, token.position);
        if (at("(")) {
            if (std::find(kReserved.begin(), kReserved.end(), token.text) != kReserved.end())
                m_issues.add(token.position, fmt::format("reserved identifier: {}", token.text));
            return call(name, nullptr);
        }
        if (std::find(kReserved.begin(), kReserved.end(), token.text) != kReserved.end())
            m_issues.add(token.position, fmt::format("reserved identifier: {}", token.text));
        ExprPtr expr = node(Expr::Kind::Identifier, token.position);
        expr->name = name;
        return expr;
    }

    /// Whether the identifier before is the beginning of a.b.c{...}.
    bool messageFollows() const {
        size_t i = m_at;
        while (m_tokens[i].is(".") && m_tokens[i + 1].kind == Kind::Identifier)
            i += 2;
        return i > m_at && m_tokens[i].is("{");
    }

    ExprPtr message(std::string name, uint32_t position) {
        while (accept("."))
            name += '.' + std::string(m_tokens[m_at++].text);
        position = current().position;
        ++m_at;
        std::vector<ExprPtr> values;
        while (!accept("}")) {
            accept("?");
            if (current().kind != Kind::Identifier)
                return unexpected("{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}",
                                  current().kind != Kind::End && m_tokens[m_at + 1].kind == Kind::Identifier);
            ++m_at;
            if (!expectSymbol(":"))
                return nullptr;
            ExprPtr value = expression();
            if (!value)
                return nullptr;
            values.push_back(std::move(value));
            if (!accept(",") && !at("}"))
                return expectSymbol("}"), nullptr;
        }
        ExprPtr expr = node(Expr::Kind::Message, position, std::move(values));
        if (expr)
            expr->name = name;
        return expr;
    }

    ExprPtr list() {
        const uint32_t position = m_tokens[m_at++].position;
        std::vector<ExprPtr> items;
        std::vector<bool> optionals;
        while (!accept("]")) {
            optionals.push_back(accept("?"));
            ExprPtr item = expression();
            if (!item)
                return nullptr;
            items.push_back(std::move(item));
            if (!accept(",") && !at("]"))
                return expectSymbol("]"), nullptr;
        }
        ExprPtr expr = node(Expr::Kind::List, position, std::move(items));
        if (expr)
            expr->optionals = std::move(optionals);
        return expr;
    }

    ExprPtr map() {
        const uint32_t position = m_tokens[m_at++].position;
        std::vector<ExprPtr> entries;
        std::vector<bool> optionals;
        while (!accept("}")) {
            if (current().kind == Kind::End)
                return unexpected("{'[', '{', '}', '(', '.', ',', '-', '!', '?', 'true', 'false', 'null', NUM_FLOAT, "
                                  "NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
                                  false);
            optionals.push_back(accept("?"));
            ExprPtr key = expression();
            if (!key || !expectSymbol(":"))
                return nullptr;
            ExprPtr value = expression();
            if (!value)
                return nullptr;
            entries.push_back(std::move(key));
            entries.push_back(std::move(value));
            if (!accept(",") && !at("}"))
                return expectSymbol("}"), nullptr;
        }
        ExprPtr expr = node(Expr::Kind::Map, position, std::move(entries));
        if (expr)
            expr->optionals = std::move(optionals);
        return expr;
    }

    ExprPtr literal() {
        const uint32_t position = current().position;
        const bool negative =
            at("-") && (m_tokens[m_at + 1].kind == Kind::Int || m_tokens[m_at + 1].kind == Kind::Float);
        m_at += negative;
        const Token &token = current();
        Value value;
        if (token.kind == Kind::Int)
            value = intLiteral(token.text, negative);
        else if (token.kind == Kind::Float)
            value = realLiteral(token.text, negative);
        else if (token.kind == Kind::Uint)
            value = uintLiteral(token.text);
        else if (token.kind == Kind::String || token.kind == Kind::Bytes)
            value = textLiteral(token.text);
        else if (token.is("true") || token.is("false"))
            value = Value::boolean(token.is("true"));
        else if (!token.is("null"))
            return unexpected(kOperandStart, token.kind != Kind::End && startsOperand(m_tokens[m_at + 1]));
        ++m_at;
        if (value.isError()) {
            m_issues.add(position, std::string(value.asString()));
            value = Value();
        }
        ExprPtr expr = node(Expr::Kind::Literal, position);
        expr->literal = std::move(value);
        return expr;
    }

    static bool startsOperand(const Token &token) {
        if (token.kind == Kind::End || token.kind == Kind::EscapedIdentifier)
            return false;
        if (token.kind != Kind::Symbol)
            return true;
        static constexpr std::array<std::string_view, 9> kStarts{"[", "{", "(", ".", "-", "!", "true", "false", "null"};
        return std::find(kStarts.begin(), kStarts.end(), token.text) != kStarts.end();
    }

    std::vector<Token> m_tokens;
    Issues &m_issues;
    size_t m_at = 0;
    unsigned m_depth = 0;
    bool m_tooDeep = false;
};

} // namespace

ExprPtr parse(std::string_view source, Issues &issues) {
    // Bytes first: counting characters is not needed for what cannot be too long.
    if (source.size() > kExpressionCharactersMax && characterCount(source) > kExpressionCharactersMax) {
        issues.addGlobal(fmt::format("expression code point size exceeds limit: size: {}, limit {}",
                                     characterCount(source), kExpressionCharactersMax));
        return nullptr;
    }
    ExprPtr root = Parser(tokenize(source, issues), issues).run();
    return issues.empty() ? std::move(root) : nullptr;
}

} // namespace coracle::cel
