#include "clusterd/cli/arguments.h"

#include <QTest>

using namespace coracle;
using namespace coracle::cli;
using Texts = std::vector<std::string>;

class ArgumentsTest : public QObject {
    Q_OBJECT

    const std::vector<Argument> m_specification{
        {.name = "data-dir", .shortName = 'd'},
        {.name = "tls-san", .list = true},
        {.name = "debug", .takesValue = false},
    };

private slots:
    void readsAllForms() {
        auto parsed = parseArguments(m_specification, {"-d", "/a", "--tls-san=x", "--tls-san", "y", "--debug", "word"});
        QVERIFY(parsed.has_value());
        QCOMPARE(parsed->value("data-dir"), std::string("/a"));
        QCOMPARE(parsed->values("tls-san"), (Texts{"x", "y"}));
        QCOMPARE(parsed->value("debug"), std::string("true"));
        QCOMPARE(parsed->positionals, Texts{"word"});
        QVERIFY(!parsed->help);
    }

    void theLastOfASingleOptionCounts() {
        QCOMPARE(parseArguments(m_specification, {"-d", "/a", "--data-dir=/b"})->value("data-dir"), std::string("/b"));
        QCOMPARE(parseArguments(m_specification, {"--debug", "--debug=false"})->value("debug"), std::string("false"));
    }

    void valuesMayLookLikeFlags() {
        QCOMPARE(parseArguments(m_specification, {"--tls-san=-v=2"})->values("tls-san"), Texts{"-v=2"});
        auto empty = parseArguments(m_specification, {"--data-dir=", "word"});
        QVERIFY2(empty.has_value(), empty ? "" : empty.error().message.c_str());
        QCOMPARE(empty->value("data-dir", "absent"), std::string());
        QCOMPARE(empty->positionals, Texts{"word"});
    }

    void namesTheNearestFlag() {
        auto parsed = parseArguments(m_specification, {"--data-dri", "/a"});
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().message, std::string("unknown flag \"--data-dri\"; did you mean \"--data-dir\"?"));
        QCOMPARE(parseArguments(m_specification, {"-x"}).error().message, std::string("unknown flag \"-x\""));
        QVERIFY(!parseArguments(m_specification, {"--data-dir"})); // its value is missing
    }

    void helpShowsWhatWorks() {
        QVERIFY(parseArguments(m_specification, {"--help"})->help);
        const std::string text = helpText({.command = "clusterd server",
                                           .purpose = "run a server",
                                           .usage = "[OPTIONS]",
                                           .arguments = configArguments(config::kServer)});
        QVERIFY(text.find("--https-listen-port value") != std::string::npos);
        QVERIFY(text.find("[$CLUSTERD_TOKEN]") != std::string::npos);
        QVERIFY(text.find("--etcd-s3") == std::string::npos);
    }
};

QTEST_GUILESS_MAIN(ArgumentsTest)
#include "tst_arguments.moc"
