#include "core/cel/cel.h"

#include <QTest>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <fstream>
#include <memory>

using namespace coracle::cel;

namespace {

/// A file of cases has a line for each: `expression ==> expected`. The expected text is a literal, `error: ...` for an
/// error of the evaluation, or `issue: ...` for a part of the compiler's message. `let name [type] = JSON` declares a
/// variable for the lines that follow, of the type dyn without one. ⏎ is a line break.
struct Case {
    std::string name, expression, expected;
    std::vector<Variable> variables;
    std::vector<std::shared_ptr<boost::json::value>> documents;
};

Type typeNamed(const std::string &name) {
    if (name.empty() || name == "dyn")
        return dynType();
    for (const Type &type : {boolType(), intType(), uintType(), doubleType(), stringType(), bytesType(),
                             timestampType(), durationType(), nullType()})
        if (typeText(type) == name)
            return type;
    const std::string inner = name.substr(name.find('(') + 1, name.size() - name.find('(') - 2);
    if (name.starts_with("list("))
        return listType(typeNamed(inner));
    if (name.starts_with("map("))
        return mapType(stringType(), typeNamed(inner));
    if (name.starts_with("optional("))
        return optionalType(typeNamed(inner));
    qFatal("unknown type in a case");
    return dynType();
}

/// A mark stands for a line break.
std::string withBreaks(std::string text, std::string_view mark) {
    for (size_t at = 0; (at = text.find(mark, at)) != std::string::npos; ++at)
        text.replace(at, mark.size(), "\n");
    return text;
}

void declare(const std::string &line, Case &current) {
    const size_t equals = line.find(" = ");
    const std::string head = line.substr(4, equals - 4);
    const size_t blank = std::min(head.find(' '), head.size());
    const std::string name = head.substr(0, blank);
    const std::string type = blank < head.size() ? head.substr(blank + 1) : "";
    auto document = std::make_shared<boost::json::value>(boost::json::parse(line.substr(equals + 3)));
    for (size_t i = 0; i < current.variables.size(); ++i)
        if (current.variables[i].name == name) {
            current.variables[i].type = typeNamed(type);
            current.documents[i] = document;
            return;
        }
    current.variables.push_back({name, typeNamed(type)});
    current.documents.push_back(document);
}

std::vector<Case> readCases() {
    std::vector<Case> cases;
    std::vector<std::filesystem::path> files;
    for (const auto &entry : std::filesystem::directory_iterator(CORACLE_CEL_CASES))
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto &file : files) {
        std::ifstream stream(file);
        Case current;
        std::string line;
        for (int number = 1; std::getline(stream, line); ++number) {
            const size_t arrow = line.rfind(" ==> ");
            if (line.starts_with("let "))
                declare(line, current);
            if (arrow == std::string::npos)
                continue;
            current.name = file.filename().string() + ":" + std::to_string(number);
            current.expression = withBreaks(line.substr(0, arrow), "⏎");
            current.expected = line.substr(arrow + 5);
            cases.push_back(current);
        }
    }
    return cases;
}

} // namespace

class CelTest : public QObject {
    Q_OBJECT

private slots:
    void cases_data() {
        m_cases = readCases();
        QVERIFY(m_cases.size() > 300);
        QTest::addColumn<int>("index");
        for (size_t i = 0; i < m_cases.size(); ++i)
            QTest::newRow((m_cases[i].name + " " + m_cases[i].expression).c_str()) << int(i);
    }

    void cases() {
        QFETCH(int, index);
        const Case &one = m_cases[size_t(index)];
        const auto program = Program::compile(one.expression, one.variables);
        if (one.expected.starts_with("issue: ")) {
            QVERIFY2(!program, "compiles");
            const std::string wanted = withBreaks(one.expected.substr(7), "⏎");
            QVERIFY2(program.error().message.find(wanted) != std::string::npos, program.error().message.c_str());
            return;
        }
        QVERIFY2(program.has_value(), program ? "" : program.error().message.c_str());
        std::vector<Value> values;
        for (size_t i = 0; i < one.variables.size(); ++i)
            values.push_back(Value::fromJson(*one.documents[i], *one.variables[i].type));
        const Evaluation evaluation = program->evaluate(values);
        QCOMPARE(QString::fromStdString(evaluation.value.text()), QString::fromStdString(one.expected));
        // For the core of the language the estimate is a bound of what really happens; Kubernetes' own functions and
        // dynamic values are taken to cost less than they do.
        const bool core = one.name.starts_with("operators") || one.name.starts_with("logic") ||
                          one.name.starts_with("macros") || one.name.starts_with("lists");
        if (core && !evaluation.value.isError())
            QVERIFY2(evaluation.cost <= program->estimatedCost().max,
                     qPrintable(QString("%1 > %2").arg(evaluation.cost).arg(program->estimatedCost().max)));
    }

private:
    std::vector<Case> m_cases;
};

QTEST_GUILESS_MAIN(CelTest)
#include "tst_cel.moc"
