#include "clusterd/apiserver/strategy/validators.h"

#include <QTest>
#include <boost/json/parse.hpp>

using namespace coracle;
using namespace coracle::apiserver;

class ValidatorsTest : public QObject {
    Q_OBJECT

private slots:
    void causesAreInTheStandardWords() {
        std::vector<StatusCause> causes;
        FieldErrors errors(causes);
        const FieldPath path = (FieldPath("spec") / "ports")[1] / "name";
        const std::string_view words[] = {"A", "B"};
        errors.required(path);
        errors.required(path, "why");
        errors.invalid(path, "a\"b\n", "why");
        errors.invalid(path, int64_t(7), "why");
        errors.invalid(path, JsonObject{{"a", 1}}, "");
        errors.notSupported(path, "x", words);
        errors.forbidden(FieldPath("data").key("k"), "why");
        errors.duplicate(FieldPath(), "x");
        errors.tooLong(path, 10);
        errors.tooMany(path, 3, 2);
        errors.notFound(path, "v");
        errors.notFound(path, "v"); // one cause is told once
        const std::vector<std::pair<std::string, std::string>> expected{
            {"FieldValueRequired", "Required value"},
            {"FieldValueRequired", "Required value: why"},
            {"FieldValueInvalid", "Invalid value: \"a\\\"b\\n\": why"},
            {"FieldValueInvalid", "Invalid value: 7: why"},
            {"FieldValueInvalid", "Invalid value: {\"a\":1}"},
            {"FieldValueNotSupported", "Unsupported value: \"x\": supported values: \"A\", \"B\""},
            {"FieldValueForbidden", "Forbidden: why"},
            {"FieldValueDuplicate", "Duplicate value: \"x\""},
            {"FieldValueTooLong", "Too long: may not be more than 10 bytes"},
            {"FieldValueTooMany", "Too many: 3: must have at most 2 items"},
            {"FieldValueNotFound", "Not found: \"v\""}};
        QCOMPARE(causes.size(), expected.size());
        for (size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(causes[i].reason, expected[i].first);
            QCOMPARE(causes[i].message, expected[i].second);
        }
        QCOMPARE(causes[0].field, std::string("spec.ports[1].name"));
        QCOMPARE(causes[6].field, std::string("data[k]"));
        QCOMPARE(causes[7].field, std::string("<nil>"));
    }

    void texts_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("problems");
        const QString label63(63, 'a');
        QTest::newRow("port") << "port" << "http" << 0;
        QTest::newRow("port of 16") << "port" << "abcdefghijklmnop" << 1;
        QTest::newRow("port number") << "port" << "80" << 1;
        QTest::newRow("port hyphens") << "port" << "a--b" << 1;
        QTest::newRow("port at the end") << "port" << "a-" << 1;
        QTest::newRow("port upper case") << "port" << "A1b" << 1;
        QTest::newRow("1035") << "1035" << "a-1" << 0;
        QTest::newRow("1035 digit") << "1035" << "1a" << 1;
        QTest::newRow("1035 long") << "1035" << label63 + "a" << 1;
        QTest::newRow("wildcard") << "wildcard" << "*.example.com" << 0;
        QTest::newRow("wildcard alone") << "wildcard" << "*" << 1;
        QTest::newRow("wildcard inside") << "wildcard" << "a.*.com" << 1;
        QTest::newRow("key") << "key" << ".bashrc" << 0;
        QTest::newRow("key dots") << "key" << ".." << 1;
        QTest::newRow("key up") << "key" << "..x" << 1;
        QTest::newRow("key slash") << "key" << "a/b" << 1;
        QTest::newRow("env") << "env" << "a.b-C 1" << 0;
        QTest::newRow("env equals") << "env" << "a=b" << 1;
        QTest::newRow("segment") << "segment" << "system:node" << 0;
        QTest::newRow("segment slash") << "segment" << "a/b%c" << 2;
        QTest::newRow("segment dot") << "segment" << "." << 1;
        QTest::newRow("domain path") << "path" << "example.com/x" << 0;
        QTest::newRow("domain path without slash") << "path" << "example.com" << 1;
    }
    void texts() {
        QFETCH(QString, rule);
        QFETCH(QString, text);
        QFETCH(int, problems);
        const std::map<QString, Checker::Rule> rules{
            {"port", portNameErrors},          {"1035", dns1035LabelErrors}, {"wildcard", wildcardSubdomainErrors},
            {"key", configKeyErrors},          {"env", envNameErrors},       {"segment", pathSegmentErrors},
            {"path", domainPrefixedPathErrors}};
        QCOMPARE(rules.at(rule)(text.toStdString()).size(), size_t(problems));
    }

    void cidrs_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("canonical"); // empty: wrong
        QTest::newRow("v4") << "10.1.2.3/16" << "10.1.0.0/16";
        QTest::newRow("v6") << "fd00::1/64" << "fd00::/64";
        QTest::newRow("whole") << "10.0.0.0/0" << "0.0.0.0/0";
        for (const char *wrong :
             {"10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "x/8", "10.0.0.0/", "10.0.0.0/8x"})
            QTest::newRow(wrong) << wrong << "";
    }
    void cidrs() {
        QFETCH(QString, text);
        QFETCH(QString, canonical);
        const auto cidr = parseCidr(text.toStdString());
        QCOMPARE(cidr ? cidr->text() : std::string(), canonical.toStdString());
    }

    void selectors_data() {
        QTest::addColumn<QByteArray>("selector");
        QTest::addColumn<bool>("matches");
        QTest::newRow("empty") << QByteArray("{}") << true;
        QTest::newRow("label") << QByteArray(R"({"matchLabels":{"a":"1"}})") << true;
        QTest::newRow("other value") << QByteArray(R"({"matchLabels":{"a":"2"}})") << false;
        QTest::newRow("in") << QByteArray(R"({"matchExpressions":[{"key":"a","operator":"In","values":["2","1"]}]})")
                            << true;
        QTest::newRow("not in") << QByteArray(R"({"matchExpressions":[{"key":"a","operator":"NotIn","values":["1"]}]})")
                                << false;
        QTest::newRow("not in, absent")
            << QByteArray(R"({"matchExpressions":[{"key":"x","operator":"NotIn","values":["1"]}]})") << true;
        QTest::newRow("exists") << QByteArray(R"({"matchExpressions":[{"key":"x","operator":"Exists"}]})") << false;
        QTest::newRow("does not exist") << QByteArray(R"({"matchExpressions":[{"key":"x","operator":"DoesNotExist"}]})")
                                        << true;
        QTest::newRow("unknown") << QByteArray(R"({"matchExpressions":[{"key":"a","operator":"Near"}]})") << false;
    }
    void selectors() {
        QFETCH(QByteArray, selector);
        QFETCH(bool, matches);
        QCOMPARE(selectorMatches(boost::json::parse(selector.toStdString()).as_object(), JsonObject{{"a", "1"}}),
                 matches);
    }
};

QTEST_GUILESS_MAIN(ValidatorsTest)
#include "tst_validators.moc"
