#include "core/api/selector.h"

#include "core/api/object.h"
#include "core/api/schema.h"

#include <QTest>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <map>

using namespace coracle;
using namespace coracle::api;

namespace {

constexpr std::string_view kPodFields[] = {"spec.nodeName", "spec.hostNetwork", "status.phase", "status.restarts"};
constexpr FieldInfo kSpecFields[] = {
    {.name = "nodeName"},
    {.name = "hostNetwork", .kind = ValueKind::Bool},
};
constexpr TypeInfo kSpec{.name = "PodSpec", .fields = kSpecFields};
constexpr FieldInfo kStatusFields[] = {{.name = "phase"}, {.name = "restarts", .kind = ValueKind::Int32}};
constexpr TypeInfo kStatus{.name = "PodStatus", .fields = kStatusFields};
constexpr FieldInfo kTopFields[] = {
    {.name = "spec", .kind = ValueKind::Struct, .type = &kSpec},
    {.name = "status", .kind = ValueKind::Struct, .type = &kStatus},
};
constexpr TypeInfo kTop{.name = "Pod", .fields = kTopFields};

const ResourceInfo kPods{.resource = "pods", .kind = "Pod", .selectableFields = kPodFields, .type = &kTop};
constexpr std::string_view kEventFields[] = {"source", "involvedObject.name"};
const ResourceInfo kEvents{.resource = "events", .kind = "Event", .selectableFields = kEventFields};
const ResourceInfo kPlain{.group = "example.com", .resource = "things", .kind = "Thing"};

ObjectPtr object(const char *json) {
    return Object::parse(json).value();
}

} // namespace

class SelectorTest : public QObject {
    Q_OBJECT

private slots:
    void matchesLabels_data() {
        QTest::addColumn<bool>("expected");
        // The labels are app=web, empty="", tier=back, weight=10.
        for (const char *text : {"",
                                 "app=web",
                                 "app==web",
                                 "app = web , tier=back",
                                 "app in (web,db)",
                                 "app in ( db , web )",
                                 "app!=db",
                                 "app notin (db)",
                                 "missing notin (x)",
                                 "missing!=x",
                                 "app",
                                 "!missing",
                                 "weight>9",
                                 "weight<11",
                                 "empty=",
                                 "empty",
                                 "empty in ()",
                                 "empty in (,x)",
                                 "app,tier",
                                 "in notin (x)",
                                 "notin!=in",
                                 "empty in (x,)"})
            QTest::newRow(*text ? text : "nothing") << true;
        for (const char *text : {"app=db", "app in (db)", "app notin (web)", "!app", "missing", "missing=", "weight>10",
                                 "weight<10", "app>1", "app=web,tier=front", "example.com/app=web", "missing in ()"})
            QTest::newRow(text) << false;
    }
    void matchesLabels() {
        QFETCH(bool, expected);
        const std::string text = QTest::currentDataTag() == std::string("nothing") ? "" : QTest::currentDataTag();
        const auto selector = LabelSelector::parse(text);
        QVERIFY2(selector.has_value(), selector ? "" : selector.error().message.c_str());
        const std::map<std::string, std::string> labels{
            {"app", "web"}, {"empty", ""}, {"tier", "back"}, {"weight", "10"}};
        QCOMPARE(selector->matchesMap(labels), expected);
        const auto again = LabelSelector::parse(selector->text());
        QVERIFY(again.has_value());
        QCOMPARE(again->matchesMap(labels), expected);
        QCOMPARE(again->text(), selector->text());
    }

    void saysWhatIsWrong_data() {
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char *text, const char *message) { QTest::newRow(text) << QByteArray(message); };
        row("a in", "unable to parse requirement: found '', expected: '('");
        row("a in x", "unable to parse requirement: found 'x', expected: '('");
        row("a in (x", "unable to parse requirement: found '', expected: ',' or ')'");
        row("a in (x y)", "unable to parse requirement: found 'y', expected: ',' or ')'");
        row("a in (=)", "unable to parse requirement: found '=', expected: ',', ')' or identifier");
        row("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt");
        row("a=b c", "found 'c', expected: ',' or 'end of string'");
        row("a=b,", "found '', expected: identifier after ','");
        row(",a", "found ',', expected: !, identifier, or 'end of string'");
        row("=a", "found '=', expected: !, identifier, or 'end of string'");
        row("!", "unable to parse requirement: found '', expected: identifier");
        row("a=(", "unable to parse requirement: found '(', expected: identifier");
        row("!a=b", "found '=', expected: ',' or 'end of string'");
        row("a>x", "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value "
                   "must be an integer");
        row("-a", "unable to parse requirement: <nil>: Invalid value: \"-a\": name part must consist of alphanumeric "
                  "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  "
                  "or 'my.name',  or '123-abc', regex used for validation is "
                  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')");
        row("a=b/c",
            "unable to parse requirement: values[0][a]: Invalid value: \"b/c\": a valid label must be an empty "
            "string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
            "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
            "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
    }
    void saysWhatIsWrong() {
        QFETCH(QByteArray, message);
        const auto selector = LabelSelector::parse(QTest::currentDataTag());
        QVERIFY(!selector);
        QCOMPARE(selector.error().code, 400);
        QCOMPARE(QByteArray::fromStdString(selector.error().message), message);
    }

    void refusesLongKeysAndValues() {
        QVERIFY(LabelSelector::parse(std::string(63, 'a') + "=" + std::string(63, 'b')).has_value());
        QVERIFY(!LabelSelector::parse(std::string(64, 'a')));
        QVERIFY(!LabelSelector::parse("a=" + std::string(64, 'b')));
        QVERIFY(!LabelSelector::parse(std::string(254, 'a') + "/b"));
        QVERIFY(!LabelSelector::parse("A.com/b"));
        QVERIFY(!LabelSelector::parse("a/b/c"));
        QVERIFY(!LabelSelector::parse("/b"));
        QVERIFY(!LabelSelector::parse("a/"));
        QVERIFY(!LabelSelector::parse(std::string(1'000'000, '(')));
        QVERIFY(LabelSelector::parse("a in (" + std::string(100'000, ',') + ")").has_value());
    }

    void readsLabelSelectorObjects() {
        const auto parse = [](const char *json) { return LabelSelector::fromJson(boost::json::parse(json)); };
        QVERIFY(parse("null").value().isNothing());
        QVERIFY(!parse("null").value().matches({}));
        QVERIFY(parse("{}").value().isEverything());
        QVERIFY(parse("{}").value().matches({}));
        QCOMPARE(parse(R"({"matchLabels":{"b":"2","a":"1"},"matchExpressions":[
                     {"key":"z","operator":"In","values":["y","x"]},{"key":"n","operator":"DoesNotExist"},
                     {"key":"e","operator":"Exists","values":[]},{"key":"o","operator":"NotIn","values":["q"]}]})")
                     .value()
                     .text(),
                 std::string("a=1,b=2,e,!n,o notin (q),z in (x,y)"));
        QCOMPARE(parse(R"({"matchExpressions":[{"key":"a","operator":"Gt","values":["1"]}]})").error().message,
                 std::string("\"Gt\" is not a valid label selector operator"));
        const char *const bad[] = {
            "[]",
            "5",
            R"({"matchLabels":[]})",
            R"({"matchLabels":{"a":1}})",
            R"({"matchExpressions":{}})",
            R"({"matchExpressions":[1]})",
            R"({"matchExpressions":[{"key":"a"}]})",
            R"({"matchExpressions":[{"key":"a","operator":"In"}]})",
            R"({"matchExpressions":[{"key":"a","operator":"In","values":[1]}]})",
            R"({"matchExpressions":[{"key":"a","operator":"Exists","values":["x"]}]})",
            R"({"matchLabels":{"-a":"1"}})",
        };
        for (const char *json : bad)
            QVERIFY2(!parse(json), json);
    }

    void parsesFieldSelectors() {
        const auto selector =
            FieldSelector::parse(R"(metadata.name=a\,b\\\=c,status.phase!=Running,,spec.nodeName==n1,x=)");
        QVERIFY(selector.has_value());
        QCOMPARE(selector->terms().size(), size_t(4));
        QCOMPARE(*selector->required("metadata.name"), std::string("a,b\\=c"));
        QVERIFY(!selector->terms()[1].equal);
        QVERIFY(!selector->required("status.phase"));
        QCOMPARE(*selector->required("spec.nodeName"), std::string("n1"));
        QCOMPARE(*selector->required("x"), std::string());
        QCOMPARE(selector->text(), std::string(R"(metadata.name=a\,b\\\=c,status.phase!=Running,spec.nodeName=n1,x=)"));
        QVERIFY(FieldSelector::parse("").value().isEverything());
        QCOMPARE(FieldSelector::parse("a=b,c").error().message,
                 std::string("invalid selector: 'a=b,c'; can't understand 'c'"));
        QCOMPARE(FieldSelector::parse("a=b=c").error().message,
                 std::string("invalid field selector: unescaped character in value: ="));
        QCOMPARE(FieldSelector::parse(R"(a=\x)").error().message,
                 std::string(R"(invalid field selector: invalid escape sequence: \x)"));
        QVERIFY(!FieldSelector::parse("a=b\\"));
        QVERIFY(!FieldSelector::parse("a!b"));
    }

    void checksFields() {
        const auto check = [](const ResourceInfo &resource, const char *text) {
            const auto result = FieldSelector::parse(text).value().check(resource);
            return result ? std::string() : result.error().message;
        };
        QCOMPARE(check(kPods, "metadata.name=a,metadata.namespace=b,spec.nodeName=c,spec.host=d"), std::string());
        QCOMPARE(check(kPods, "spec.x=a"), std::string("field label not supported: spec.x"));
        QCOMPARE(check(kPlain, "metadata.name=a,metadata.namespace=b"), std::string());
        QCOMPARE(check(kPlain, "spec.x=a"), std::string("\"spec.x\" is not a known field selector: only "
                                                        "\"metadata.name\", \"metadata.namespace\""));
    }

    void matchesFields_data() {
        QTest::addColumn<bool>("expected");
        for (const char *text : {"metadata.name=p", "metadata.namespace=default", "spec.nodeName=n1", "spec.host=n1",
                                 "status.phase!=Failed", "spec.hostNetwork=false", "status.restarts=0",
                                 "spec.nodeName=n1,status.phase=Running", "metadata.name!=q"})
            QTest::newRow(text) << true;
        for (const char *text :
             {"metadata.name=q", "metadata.namespace!=default", "spec.nodeName=", "spec.nodeName!=n1",
              "spec.hostNetwork=true", "status.restarts!=0", "spec.nodeName=n1,status.phase=Failed"})
            QTest::newRow(text) << false;
    }
    void matchesFields() {
        QFETCH(bool, expected);
        const auto pod = object(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"default"},
            "other":{"spec":{"nodeName":"no"}},"spec":{"containers":[{"nodeName":"no"}],"nodeName":"n1"},
            "status":{"phase":"Running"}})");
        const auto selector = FieldSelector::parse(QTest::currentDataTag()).value();
        QVERIFY(selector.check(kPods).has_value());
        QCOMPARE(selector.matches(kPods, *pod), expected);
    }

    void readsFieldValues() {
        const auto event = object(R"({"apiVersion":"v1","kind":"Event","metadata":{"name":"e"},
            "reportingComponent":"r","involvedObject":{"name":"a\u0022b","names":[1]}})");
        QCOMPARE(selectableField(kEvents, *event, "source"), std::string("r"));
        QCOMPARE(selectableField(kEvents, *event, "involvedObject.name"), std::string("a\"b"));
        QCOMPARE(selectableField(kEvents, *event, "involvedObject.names"), std::string());
        QCOMPARE(selectableField(kEvents, *event, "involvedObject"), std::string());
        QCOMPARE(selectableField(kEvents, *event, "involvedObject.name.more"), std::string());
        QCOMPARE(selectableField(kEvents, *event, ""), std::string());
        const auto pod = object(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},
            "spec":{"hostNetwork":true},"status":{"restarts":7}})");
        QCOMPARE(selectableField(kPods, *pod, "spec.hostNetwork"), std::string("true"));
        QCOMPARE(selectableField(kPods, *pod, "status.restarts"), std::string("7"));
    }
};

QTEST_GUILESS_MAIN(SelectorTest)
#include "tst_selector.moc"
