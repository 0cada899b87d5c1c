#include "core/api/codec.h"

#include <QTest>

using namespace coracle;

class TestYaml : public QObject {
    Q_OBJECT

private slots:
    void converts_data();
    void converts();
    void refuses_data();
    void refuses();
    void refusesAliasBombs();
    void boundsWhatIsReadAhead();
    void splitsDocuments();
};

void TestYaml::converts_data() {
    QTest::addColumn<QByteArray>("yaml");
    QTest::addColumn<QByteArray>("json");
    auto row = [](const char *name, const char *yaml, const char *json) {
        QTest::newRow(name) << QByteArray(yaml) << QByteArray(json);
    };
    row("nothing", "", "null");
    row("comment", "# only this\n", "null");
    row("json", R"({"a": [1, "x", null, true], "b": {}})", R"({"a": [1, "x", null, true], "b": {}})");
    row("nearly json", "{\"a\": [1, 'x']} # JSON has neither", R"({"a":[1,"x"]})");
    row("block", "a:\n  - b: 1\n    c: x y\n  - d\n", R"({"a":[{"b":1,"c":"x y"},"d"]})");
    row("bools", "[yes, No, on, OFF, true, y, n, nope]", R"([true,false,true,false,true,true,false,"nope"])");
    row("quoted", R"(["yes", '12', "a\nb"])", R"(["yes","12","a\nb"])");
    row("nulls", "a:\nb: ~\nc: null\nd: ''\n", R"({"a":null,"b":null,"c":null,"d":""})");
    row("integers", "[0, -7, +5, 0644, 0o17, 0x1F, 0b101, 1_000, 9223372036854775807, 18446744073709551615]",
        "[0,-7,5,420,15,31,5,1000,9223372036854775807,18446744073709551615]");
    row("no integers", "[08x, 1.2.3, 12:30, 2001-01-01, '-', +, 1e]",
        R"(["08x","1.2.3","12:30","2001-01-01","-","+","1e"])");
    row("floats", "[1.5, -.5, 1e3, 08]", "[1.5E0,-5E-1,1E3,8E0]");
    row("keys", "1: a\ntrue: b\n1.5: c\n", R"({"1":"a","true":"b","1.5E0":"c"})");
    row("tags", "[!!str 12, !!int \"12\", ! x]", R"(["12",12,"x"])");
    row("literal", "a: |\n  x\n  y\nb: >-\n  p\n  q\n", R"({"a":"x\ny\n","b":"p q"})");
    row("alias", "a: &x {k: [1]}\nb: *x\nc: [*x]\n", R"({"a":{"k":[1]},"b":{"k":[1]},"c":[{"k":[1]}]})");
    row("merge", "base: &b {p: 1, q: 2}\nd:\n  q: 3\n  <<: *b\n  r: 4\n",
        R"({"base":{"p":1,"q":2},"d":{"q":3,"r":4,"p":1}})");
    row("merge list", "- &a {p: 1}\n- &b {p: 2, q: 2}\n- <<: [*a, *b]\n", R"([{"p":1},{"p":2,"q":2},{"p":1,"q":2}])");
    row("only the first document", "a: 1\n---\nb: 2\n", R"({"a":1})");
}

void TestYaml::converts() {
    QFETCH(QByteArray, yaml);
    QFETCH(QByteArray, json);
    auto result = api::yamlToJson(yaml.toStdString());
    QVERIFY2(result, result ? "" : result.error().message.c_str());
    QCOMPARE(QByteArray::fromStdString(*result), json);
}

void TestYaml::refuses_data() {
    QTest::addColumn<QByteArray>("yaml");
    QTest::addColumn<QByteArray>("part");
    auto row = [](const char *name, const QByteArray &yaml, const QByteArray &part) {
        QTest::newRow(name) << yaml << part;
    };
    row("open list", "a: [1, 2", "line ");
    row("tab", "a:\n\t- b", "line 2");
    row("bad indent", "a: 1\n  b: 2\n c: 3", "line ");
    row("unknown alias", "a: *nowhere", "line 1");
    row("itself", "a: &x [*x]", "line 1");
    row("list as key", "? [a]\n: b", "invalid map key");
    row("null as key", "~: b", "unsupported map key");
    row("tag", "a: !!binary aGk=", "unsupported tag");
    row("merge of a scalar", "<<: 1", "map merge requires map");
    row("depth", QByteArray(100'000, '['), "");
}

void TestYaml::refuses() {
    QFETCH(QByteArray, yaml);
    QFETCH(QByteArray, part);
    auto result = api::yamlToJson(yaml.toStdString());
    QVERIFY(!result);
    const auto message = QByteArray::fromStdString(result.error().message);
    QVERIFY2(message.startsWith("error converting YAML to JSON: ") && message.contains(part), message);
    QCOMPARE(result.error().code, 400);
}

void TestYaml::refusesAliasBombs() {
    std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string last = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
        for (int copies = 0; copies < 8; ++copies)
            bomb += "," + last;
        bomb += "]\n";
    }
    QVERIFY(!api::yamlToJson(bomb));
    // Anchors around anchors keep copies too.
    std::string nested;
    for (int i = 0; i < 400; ++i)
        nested += "&n" + std::to_string(i) + " [";
    for (int i = 0; i < 100'000; ++i)
        nested += "1,";
    nested += std::string(400, ']');
    QVERIFY(!api::yamlToJson(nested));
}

void TestYaml::boundsWhatIsReadAhead() {
    // What the scanner would keep in memory at once: a collection in a collection, and one scalar as large as objects
    // get.
    const auto nested = [](size_t values) { return "a: [[" + QByteArray("x,").repeated(values).toStdString() + "]]"; };
    QVERIFY(api::yamlToJson(nested(100'000)));
    const auto tooMuch = api::yamlToJson(nested(1'000'000));
    QVERIFY(!tooMuch);
    QVERIFY2(tooMuch.error().message.ends_with("is too large"), tooMuch.error().message.c_str());
    const std::string json = QByteArray(R"({"key": ["value", 1]},)").repeated(45'000).toStdString();
    QVERIFY(json.size() > 980'000);
    const auto scalar = api::yamlToJson("a: |\n  " + json);
    QVERIFY2(scalar, scalar ? "" : scalar.error().message.c_str());
    QVERIFY(scalar->size() > json.size());
}

void TestYaml::splitsDocuments() {
    auto documents = api::yamlDocumentsToJson("---\n# nothing\n---\na: 1\n---\n---\nb: &x 2\n...\n---\nc: 3\n");
    QVERIFY2(documents, documents ? "" : documents.error().message.c_str());
    const std::vector<std::string> expected = {R"({"a":1})", R"({"b":2})", R"({"c":3})"};
    QVERIFY(*documents == expected);
}

QTEST_GUILESS_MAIN(TestYaml)
#include "tst_yaml.moc"
