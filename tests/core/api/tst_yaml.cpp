#include "core/api/codec.h"
#include "core/api/yaml_writer.h"

#include <QTest>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <random>

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
    void writes_data();
    void writes();
    void writesListItems();
    void whatIsWrittenReadsTheSame();
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

void TestYaml::writes_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("yaml");
    auto row = [](const char *name, QByteArray json, const QByteArray &yaml) {
        QTest::newRow(name) << json.replace('\'', '"') << yaml;
    };
    row("object", "{'kind':'Pod','apiVersion':'v1','spec':{'containers':[{'name':'a','args':['x','y']}],'on':true}}",
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - args:\n    - x\n    - \"y\"\n    name: a\n  \"on\": "
        "true\n");
    row("empty", "{'a':{},'b':[],'c':null,'d':''}", "a: {}\nb: []\nc: null\nd: \"\"\n");
    row("lists in lists", "[[1,[2]],[[{'a':1,'b':2}]]]", "- - 1\n  - - 2\n- - - a: 1\n      b: 2\n");
    row("numbers", "[0,-7,18446744073709551615,1.5,1e21,0.00001,100000.5,1234567.5]",
        "- 0\n- -7\n- 18446744073709551615\n- 1.5\n- 1e+21\n- 1e-05\n- 100000.5\n- 1.2345675e+06\n");
    row("plain", "['a b','http://x:80/y','a#b','-x','a,b[c]','10Gi','1.2.3','x=y','k8s.io/name','=','?x',':x']",
        "- a b\n- http://x:80/y\n- a#b\n- -x\n- a,b[c]\n- 10Gi\n- 1.2.3\n- x=y\n- k8s.io/name\n- =\n- ?x\n- :x\n");
    row("read as others",
        "['yes','No','null','~','12','0x1f','1e3','1_000','.5','12:30:45','2026-01-02',"
        "'2026-11-21T17:00:00Z','<<','.inf']",
        "- \"yes\"\n- \"No\"\n- \"null\"\n- \"~\"\n- \"12\"\n- \"0x1f\"\n- \"1e3\"\n- \"1_000\"\n- \".5\"\n- "
        "\"12:30:45\"\n- \"2026-01-02\"\n- \"2026-11-21T17:00:00Z\"\n- \"<<\"\n- \".inf\"\n");
    row("single quotes", "['{}','[x]','# x','a: b','a #b','*','&a','- x','%',' x','x ','@a','---','a:']",
        "- '{}'\n- '[x]'\n- '# x'\n- 'a: b'\n- 'a #b'\n- '*'\n- '&a'\n- '- x'\n- '%'\n- ' x'\n- 'x '\n- '@a'\n- "
        "'---'\n- 'a:'\n");
    row("double quotes", "['a\\tb','\\u0007','\\r\\n','x \\ny','\\u2028','\\ud83d\\ude00']",
        "- \"a\\tb\"\n- \"\\a\"\n- \"\\r\\n\"\n- \"x \\ny\"\n- \"\\L\"\n- \"\\U0001F600\"\n");
    row("blocks", "{'a':'x\\ny\\n','b':'x\\n\\n  y','c':' x\\n','d':'x\\n\\n','e':['p\\nq\\n']}",
        "a: |\n  x\n  y\nb: |-\n  x\n\n    y\nc: |2\n   x\nd: |+\n  x\n\ne:\n- |\n  p\n  q\n");
    row("keys", "{'1':1,'true':2,'a b':3,'a: b':4,'':5,'10':6,'9':7,'B':8,'_':9}",
        "\"\": 5\n_: 9\n\"1\": 1\n\"9\": 7\n\"10\": 6\nB: 8\na b: 3\n'a: b': 4\n\"true\": 2\n");
    row("long",
        "{'message':'0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }. "
        "preemption: 0/1 nodes are available'}",
        "message: '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready:\n  }. "
        "preemption: 0/1 nodes are available'\n");
    row("long key", "{'" + QByteArray(129, 'k') + "':1}", "? " + QByteArray(129, 'k') + "\n: 1\n");
    row("no json", "{", "");
}

void TestYaml::writes() {
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, yaml);
    QCOMPARE(QByteArray::fromStdString(api::jsonToYaml(json.toStdString())), yaml);
}

void TestYaml::writesListItems() {
    const auto item = [](std::string_view json) { return api::jsonToYaml(json, api::YamlPlace::ListItem); };
    QCOMPARE(item(R"({"b":"x\ny","a":{"c":1}})"), std::string("- a:\n    c: 1\n  b: |-\n    x\n    y\n"));
    QCOMPARE(item("[1,2]"), std::string("- - 1\n  - 2\n"));
    QCOMPARE(item("{}"), std::string("- {}\n"));
}

/// Of texts from the characters and words that YAML takes for something else.
void TestYaml::whatIsWrittenReadsTheSame() {
    std::mt19937 random(36);
    const char *const parts[] = {"a",          "B",
                                 "0",          "7",
                                 "_",          ".",
                                 "-",          "+",
                                 ":",          " ",
                                 "  ",         "\n",
                                 "\t",         "#",
                                 "'",          "\"",
                                 "\\",         "[",
                                 "]",          "{",
                                 "}",          ",",
                                 "&",          "*",
                                 "!",          "|",
                                 ">",          "%",
                                 "@",          "`",
                                 "?",          "=",
                                 "~",          "true",
                                 "null",       "yes",
                                 "0x",         "1e",
                                 ".inf",       "<<",
                                 "---",        "...",
                                 "\r",         "\u00e4",
                                 "\u20ac",     "\u2028",
                                 "\u0085",     "\ufeff",
                                 "\U0001f600", "word and word ",
                                 "\x01",       "a long line of words that goes on and on and on "};
    const auto text = [&] {
        std::string made;
        for (size_t n = random() % 8; n > 0; --n)
            made += parts[random() % std::size(parts)];
        return made;
    };
    std::function<boost::json::value(int)> value = [&](int depth) -> boost::json::value {
        const size_t kind = random() % (depth > 0 ? 6 : 4);
        if (kind == 4) {
            boost::json::array array;
            for (size_t n = random() % 4; n > 0; --n)
                array.push_back(value(depth - 1));
            return array;
        }
        if (kind == 5) {
            boost::json::object object;
            for (size_t n = random() % 4; n > 0; --n)
                object[text()] = value(depth - 1);
            return object;
        }
        return kind == 3 ? boost::json::value(int64_t(random())) : boost::json::value(text());
    };
    for (int i = 0; i < 20'000; ++i) {
        const boost::json::value before = value(4);
        const std::string json = boost::json::serialize(before), yaml = api::jsonToYaml(json);
        const auto after = api::yamlToJson(yaml);
        QVERIFY2(after.has_value(), (json + "\n" + yaml + "\n" + (after ? "" : after.error().message)).c_str());
        QVERIFY2(boost::json::parse(*after) == before, (json + "\n" + yaml + "\n" + *after).c_str());
    }
}

QTEST_GUILESS_MAIN(TestYaml)
#include "tst_yaml.moc"
