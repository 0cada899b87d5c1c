#include "core/cel/cel.h"

#include <QTest>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

using namespace coracle;
using namespace coracle::cel;

namespace {

std::string repeated(std::string_view text, size_t count) {
    std::string all;
    for (size_t i = 0; i < count; ++i)
        all += text;
    return all;
}

std::string messageOf(const std::string &expression) {
    const auto program = Program::compile(expression, {});
    return program ? "compiles" : program.error().message.substr(0, 120);
}

uint64_t costOf(std::string_view expression, std::span<const Variable> variables = {},
                std::span<const Value> values = {}) {
    const auto program = Program::compile(expression, variables);
    return program ? program->evaluate(values).cost : UINT64_MAX;
}

CostRange estimateOf(std::string_view expression, std::span<const Variable> variables = {}) {
    const auto program = Program::compile(expression, variables);
    return program ? program->estimatedCost() : CostRange{UINT64_MAX, 0};
}

Type sized(Type type, uint64_t maxElements) {
    auto node = std::make_shared<TypeNode>(*type);
    node->fromSchema = true;
    node->maxElements = maxElements;
    return node;
}

} // namespace

class CelLimitsTest : public QObject {
    Q_OBJECT

private slots:
    void boundsDepth_data() {
        QTest::addColumn<QByteArray>("open");
        QTest::addColumn<QByteArray>("inner");
        QTest::addColumn<QByteArray>("close");
        QTest::newRow("parentheses") << QByteArray("(") << QByteArray("1") << QByteArray(")");
        QTest::newRow("lists") << QByteArray("[") << QByteArray() << QByteArray("]");
        QTest::newRow("maps") << QByteArray("{1:") << QByteArray("1") << QByteArray("}");
        QTest::newRow("calls") << QByteArray("dyn(") << QByteArray("1") << QByteArray(")");
        QTest::newRow("sums") << QByteArray("1+") << QByteArray("1") << QByteArray();
        QTest::newRow("selections") << QByteArray() << QByteArray("{}") << QByteArray(".a");
        QTest::newRow("conditions") << QByteArray("true?1:") << QByteArray("1") << QByteArray();
        QTest::newRow("negations of negations") << QByteArray("-(") << QByteArray("1") << QByteArray(")");
        QTest::newRow("macros") << QByteArray("[1].map(x,") << QByteArray("1") << QByteArray(")");
    }

    void boundsDepth() {
        QFETCH(QByteArray, open);
        QFETCH(QByteArray, inner);
        QFETCH(QByteArray, close);
        const auto nested = [&](size_t depth) {
            return repeated(open.toStdString(), depth) + inner.toStdString() + repeated(close.toStdString(), depth);
        };
        QVERIFY(Program::compile(nested(100), {}).has_value());
        QCOMPARE(messageOf(nested(5000)).substr(0, 61),
                 std::string("ERROR: <input>:-1:0: expression recursion limit exceeded: 250"));
    }

    void takesLongChainsOfTerms() {
        const auto program = Program::compile("false" + repeated(" || false", 5000) + " || true", {});
        QVERIFY(program.has_value());
        QVERIFY(program->evaluate({}).value.isTrue());
    }

    void takesManySigns() { QVERIFY(Program::compile(repeated("!", 50000) + "true", {})->evaluate({}).value.isTrue()); }

    void boundsSize() {
        const std::string expression = "'" + std::string(100'000, 'a') + "'";
        QCOMPARE(messageOf(expression), std::string("ERROR: <input>:-1:0: expression code point size exceeds limit: "
                                                    "size: 100002, limit 100000"));
        // Characters count, not bytes.
        QVERIFY(Program::compile("'" + repeated("é", 60'000) + "'", {}).has_value());
    }

    void chargesWhatRuns_data() {
        QTest::addColumn<QByteArray>("expression");
        QTest::addColumn<int>("cost");
        const std::pair<const char *, int> rows[] = {
            {"1 + 1", 1},
            {"'a' + 'b'", 1},
            {"'aaaaaaaaaaaaaaaaaaaa' == 'aaaaaaaaaaaaaaaaaaaa'", 2},
            {"[1, 2]", 10},
            {"{'a': 1}", 30},
            {"1 in [1, 2, 3]", 13},
            {"true || 1 / 0 == 1", 0},
            {"[1, 2, 3].all(x, true)", 10 + 1 + 3 * 3},
            {"[1, 2, 3].exists(x, x == 1)", 10 + 1 + 4 + 2},
            {"[1, 2, 3].map(x, x)", 10 + 11 + 3 * 13},
            {"'abc'.contains('b')", 1},
            {"'aaaaaaaaaaa'.matches('a+')", 2},
            {"sets.contains([1, 2], [1])", 10 + 10 + 2 + 1},
        };
        for (const auto &[expression, cost] : rows)
            QTest::newRow(expression) << QByteArray(expression) << cost;
    }

    void chargesWhatRuns() {
        QFETCH(QByteArray, expression);
        QFETCH(int, cost);
        QCOMPARE(costOf(expression.toStdString()), uint64_t(cost));
    }

    void estimates_data() {
        QTest::addColumn<QByteArray>("expression");
        QTest::addColumn<qulonglong>("least");
        QTest::addColumn<qulonglong>("most");
        struct Row {
            const char *expression;
            qulonglong min, max;
        };
        const Row rows[] = {
            {"1 + 1", 1, 1},
            {"text", 1, 1},
            {"text == 'abc'", 2, 2},
            {"text.contains('abc')", 1, 11},
            {"text + text", 2, 22},
            {"list", 1, 1},
            {"list.size() > 3", 3, 3},
            {"list.all(x, true)", 2, 2 + 50 * 4 - 50},
            {"list.all(x, x > 3)", 2, 2 + 50 * 5},
            {"list.exists(x, x > 3)", 2, 2 + 50 * 6},
            {"list.exists_one(x, x > 3)", 3, 3 + 50 * 4},
            {"list.map(x, x + 1)", 12, 12 + 50 * 14},
            {"list.filter(x, x > 3)", 12, 12 + 50 * 15},
            {"list.all(x, list.all(y, x > y))", 2, 2 + 50 * (3 + 2 + 50 * 6)},
            {"true ? text == 'abc' : false", 0, 2},
            {"text == 'a' || text == 'b'", 2, 4},
            {"unbounded.all(x, x)", 2, UINT64_MAX},
        };
        for (const Row &row : rows)
            QTest::newRow(row.expression) << QByteArray(row.expression) << row.min << row.max;
    }

    void estimates() {
        QFETCH(QByteArray, expression);
        QFETCH(qulonglong, least);
        QFETCH(qulonglong, most);
        const std::vector<Variable> variables{{"text", sized(stringType(), 100)},
                                              {"list", sized(listType(sized(intType(), 0)), 50)},
                                              {"unbounded", listType(boolType())}};
        const CostRange estimate = estimateOf(expression.toStdString(), variables);
        QCOMPARE(estimate.min, uint64_t(least));
        QCOMPARE(estimate.max, uint64_t(most));
    }

    void stopsAtTheCostLimit() {
        const auto program = Program::compile("lists.range(1000).all(x, lists.range(1000).all(y, x + y >= 0))", {});
        QVERIFY(program.has_value());
        const Evaluation evaluation = program->evaluate({});
        QCOMPARE(evaluation.value.text(), std::string("error: operation cancelled: actual cost limit exceeded"));
        QVERIFY(evaluation.cost > kCallCostMax);
        QVERIFY(evaluation.cost < 2 * kCallCostMax);
        QVERIFY(program->evaluate({}, {.cost = 100'000'000, .stop = {}}).value.isTrue());
    }

    void noErrorAbsorbsTheLimit() {
        const auto program = Program::compile("lists.range(500000).all(x, x >= 0) || true", {});
        QCOMPARE(program->evaluate({}).value.text(),
                 std::string("error: operation cancelled: actual cost limit exceeded"));
    }

    void stopsWhenAsked() {
        std::stop_source source;
        source.request_stop();
        const auto program = Program::compile("lists.range(1000).all(x, x >= 0)", {});
        QCOMPARE(program->evaluate({}, {.cost = UINT64_MAX, .stop = source.get_token()}).value.text(),
                 std::string("error: operation interrupted"));
    }

    /// Parts are shared, so that doubling is cheap; walking the tree is not.
    void boundsWorkOnSharedParts() {
        std::string expression = "[1]";
        for (int i = 0; i < 60; ++i)
            expression += ".map(x, [x, x])";
        const auto program = Program::compile("(" + expression + ") == (" + expression + ")", {});
        QVERIFY(program.has_value());
        QCOMPARE(program->evaluate({}).value.text(),
                 std::string("error: operation cancelled: actual cost limit exceeded"));
    }

    /// Maps with keys as large as their values would double their type at every step.
    void boundsTypes() {
        std::string expression = "[1]";
        for (int i = 0; i < 40; ++i)
            expression += ".map(x, {x: x})";
        QVERIFY(messageOf(expression).find("the type of the expression has more than 1000 parts") != std::string::npos);
    }

    /// What reads a long text for the cost of 1 is bounded, too.
    void boundsReadingOfTexts() {
        const std::string text(1'000'000, 'a');
        const boost::json::value document(text);
        const std::vector<Variable> variables{{"text", stringType()}};
        const std::vector<Value> values{Value::fromJson(document, *stringType())};
        const auto program = Program::compile("lists.range(50000).all(i, text.charAt(i) == 'a')", variables);
        QCOMPARE(program->evaluate(values).value.text(),
                 std::string("error: operation cancelled: actual cost limit exceeded"));
        const auto once = Program::compile("text.charAt(900000) == 'a' && text.size() == 1000000", variables);
        QVERIFY(once->evaluate(values).value.isTrue());
        const auto equality = Program::compile("lists.range(50000).all(i, text != 'a')", variables);
        QVERIFY(equality->evaluate(values).value.isTrue());
    }

    void boundsLists() {
        std::string expression = "[1]";
        for (int i = 0; i < 40; ++i)
            expression = "[" + expression + "].map(x, x + x)[0]";
        QCOMPARE(Program::compile(expression, {})->evaluate({}).value.text(),
                 std::string("error: the list has more than 4000000 elements"));
    }

    void boundsMemory() {
        // Each step doubles the text; the cost would allow gigabytes.
        std::string expression = "'0123456789'";
        for (int i = 0; i < 30; ++i)
            expression = "[" + expression + "].map(x, x + x)[0]";
        const auto program = Program::compile(expression, {});
        QVERIFY(program.has_value());
        QVERIFY(program->evaluate({}, {.cost = UINT64_MAX, .stop = {}}).value.isError());
        const std::string replace =
            "'" + std::string(40'000, 'a') + "'.replace('a', '" + std::string(40'000, 'b') + "')";
        QCOMPARE(Program::compile(replace, {})->evaluate({}).value.text(),
                 std::string("error: the text is longer than 16 MiB"));
    }

    void patternsAreLinear() {
        const std::string text(20'000, 'a');
        const auto program = Program::compile("'" + text + "'.matches('(a|aa)+$|(a*)*b')", {});
        QVERIFY(program->evaluate({}).value.isTrue());
        QVERIFY(!Program::compile("'a'.matches('a{1001}')", {}).has_value());
    }

    void knowsWhichVariablesAreUsed() {
        const std::vector<Variable> variables{{"self", intType()}, {"oldSelf", intType()}};
        const auto program = Program::compile("[1].all(oldSelf, oldSelf < self)", variables);
        QVERIFY(program->uses("self"));
        QVERIFY(!program->uses("oldSelf"));
        const auto escaped = Program::compile("[1].all(oldSelf, .oldSelf < self)", variables);
        QVERIFY(escaped->uses("oldSelf"));
    }

    void needsAllVariables() {
        const std::vector<Variable> variables{{"self", intType()}};
        QVERIFY(Program::compile("self", variables)->evaluate({}).value.isError());
    }

    void callsFunctionsOfTheHost() {
        const std::vector<HostFunction> functions{
            {.name = "allowed",
             .overload = "authorizer_allowed",
             .member = true,
             .params = {opaqueType("kubernetes.authorization.Authorizer"), stringType()},
             .result = boolType(),
             .call = [](std::span<const Value> arguments) { return Value::boolean(arguments[1].asString() == "get"); },
             .cost = 350'000}};
        struct Authorizer : Opaque {
            std::string_view typeName() const override { return "kubernetes.authorization.Authorizer"; }
            bool equals(const Opaque &) const override { return false; }
        };
        const std::vector<Variable> variables{{"authorizer", opaqueType("kubernetes.authorization.Authorizer")}};
        const std::vector<Value> values{Value::opaque(std::make_shared<const Authorizer>())};
        const auto program =
            Program::compile("authorizer.allowed('get') && !authorizer.allowed('put')", variables, functions);
        QVERIFY(program.has_value());
        const Evaluation evaluation = program->evaluate(values);
        QVERIFY(evaluation.value.isTrue());
        QCOMPARE(evaluation.cost, uint64_t(700'003));
        QCOMPARE(program->estimatedCost().max, uint64_t(700'003));
        QVERIFY(!Program::compile("allowed('get')", variables, functions).has_value());
    }
};

QTEST_GUILESS_MAIN(CelLimitsTest)
#include "tst_cel_limits.moc"
