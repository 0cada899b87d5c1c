#include "clusterd/scheduler/extender_messages.h"
#include "tests/clusterd/scheduler/scheduler_testing.h"

#include <QTest>
#include <boost/json.hpp>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;
using extender::NodeForm;

namespace {

namespace json = boost::json;

/// "a b | failed: c=why | unresolvable: d=never", or the error.
std::string shown(const Result<extender::FilterResult> &result) {
    if (!result)
        return "error: " + result.error().message;
    std::string text;
    for (const std::string &node : result->nodes)
        text += node + " ";
    for (const auto &[node, why] : result->failed)
        text += fmt::format("failed {}={} ", node, why);
    for (const auto &[node, why] : result->unresolvable)
        text += fmt::format("unresolvable {}={} ", node, why);
    return text;
}

} // namespace

class ExtenderMessagesTest : public QObject {
    Q_OBJECT

private slots:
    void arguments() {
        const PodInfoPtr pod = toPod(smallPodJson("p", "1", ""));
        const std::vector nodes{toObject(nodeJson("a")), toObject(nodeJson("b"))};
        const json::value whole = json::parse(extender::arguments(*pod->object, nodes, NodeForm::Objects));
        QCOMPARE(whole.as_object().size(), size_t(3));
        QCOMPARE(json::serialize(whole.at("Pod")), json::serialize(json::parse(pod->object->json())));
        QCOMPARE(whole.at("Nodes").at("items").as_array().size(), size_t(2));
        QCOMPARE(json::serialize(whole.at("Nodes").at("items").at(1)), json::serialize(json::parse(nodes[1]->json())));
        QVERIFY(whole.at("NodeNames").is_null());
        const json::value names = json::parse(extender::arguments(*pod->object, nodes, NodeForm::Names));
        QVERIFY(names.at("Nodes").is_null());
        QCOMPARE(json::serialize(names.at("NodeNames")), std::string("[\"a\",\"b\"]"));
    }

    void filterResults_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("names");
        QTest::addColumn<QString>("expected");
        auto row = [](const char *name, const char *text, bool names, const char *expected) {
            QTest::newRow(name) << QString(text) << names << QString(expected);
        };
        const char *both = "{\"NodeNames\":[\"a\",\"b\"],\"Nodes\":{\"items\":[{\"metadata\":{\"name\":\"c\"}}]}}";
        row("names", both, true, "a b ");
        row("objects", both, false, "c ");
        row("names are not understood", "{\"NodeNames\":[\"a\"]}", false, "");
        row("small letters", "{\"nodenames\":[\"a\"],\"failedNodes\":{\"b\":\"x\"}}", true, "a failed b=x ");
        row("objects though names were sent", "{\"nodes\":{\"items\":[{\"metadata\":{\"name\":\"c\"}}]}}", true, "c ");
        row("reasons", "{\"FailedNodes\":{\"a\":\"x\"},\"FailedAndUnresolvableNodes\":{\"b\":\"y\"}}", true,
            "failed a=x unresolvable b=y ");
        row("nulls", "{\"Nodes\":null,\"NodeNames\":null,\"FailedNodes\":null,\"Error\":\"\"}", true, "");
        row("error", "{\"NodeNames\":[\"a\"],\"Error\":\"no\"}", true, "error: no");
        row("no json", "<html>", true, "error: the answer is no JSON: syntax error [boost.json:1]");
        row("no object", "[]", true, "error: the answer is not a JSON object");
        row("wrong list", "{\"NodeNames\":\"a\"}", true, "error: the answer's NodeNames has the wrong type");
        row("wrong name", "{\"NodeNames\":[1]}", true, "error: the answer's NodeNames has the wrong type");
        row("wrong items", "{\"Nodes\":{\"items\":{}}}", false, "error: the answer's items has the wrong type");
        row("node without name", "{\"Nodes\":{\"items\":[1]}}", false, " ");
        row("wrong reasons", "{\"FailedNodes\":[\"a\"]}", true, "error: the answer's FailedNodes has the wrong type");
        row("wrong error", "{\"Error\":1}", true, "error: the answer's Error has the wrong type");
    }
    void filterResults() {
        QFETCH(QString, text);
        QFETCH(bool, names);
        QFETCH(QString, expected);
        const auto result =
            extender::parseFilterResult(text.toStdString(), names ? NodeForm::Names : NodeForm::Objects);
        QCOMPARE(QString::fromStdString(shown(result)).section(" [boost", 0, 0), expected.section(" [boost", 0, 0));
    }

    void priorities() {
        const auto read = extender::parsePriorities("[{\"Host\":\"a\",\"Score\":5},{\"host\":\"b\",\"score\":-1},{}]");
        QVERIFY(read);
        QCOMPARE(*read, (std::vector<std::pair<std::string, int64_t>>{{"a", 5}, {"b", -1}, {"", 0}}));
        QVERIFY(extender::parsePriorities("null")->empty());
        QVERIFY(!extender::parsePriorities("{}"));
        QVERIFY(!extender::parsePriorities("[{\"Score\":\"5\"}]"));
        QVERIFY(!extender::parsePriorities("[{\"Score\":1e30}]"));
    }

    void preemption() {
        const PodInfoPtr pod = toPod(smallPodJson("p", "1", "")), victim = toPod(smallPodJson("v", "1", ""));
        const std::vector<Preemption::Plan> plans{{"a", {victim}, 2}, {"b", {victim, victim}, 0}};
        const json::value meta = json::parse(extender::preemptionArguments(*pod->object, plans, NodeForm::Names));
        QVERIFY(meta.at("NodeNameToVictims").is_null());
        QCOMPARE(json::serialize(meta.at("NodeNameToMetaVictims")),
                 std::string("{\"a\":{\"Pods\":[{\"UID\":\"v\"}],\"NumPDBViolations\":2},"
                             "\"b\":{\"Pods\":[{\"UID\":\"v\"},{\"UID\":\"v\"}],\"NumPDBViolations\":0}}"));
        const json::value whole = json::parse(extender::preemptionArguments(*pod->object, plans, NodeForm::Objects));
        QVERIFY(whole.at("NodeNameToMetaVictims").is_null());
        QCOMPARE(whole.at("NodeNameToVictims").at("a").at("Pods").at(0).at("metadata").at("uid").as_string(),
                 json::string("v"));
        const auto read = extender::parsePreemptionResult(
            "{\"nodeNameToMetaVictims\":{\"b\":{\"pods\":[{\"uid\":\"v\"}],\"numPDBViolations\":1},\"c\":null}}");
        QVERIFY(read);
        QCOMPARE(read->at("b").uids, std::vector<std::string>{"v"});
        QCOMPARE(read->at("b").violations, int64_t(1));
        QVERIFY(read->at("c").uids.empty());
        QVERIFY(extender::parsePreemptionResult("{}")->empty());
        QVERIFY(!extender::parsePreemptionResult("{\"NodeNameToMetaVictims\":[]}"));
    }

    void binding() {
        const PodInfoPtr pod = toPod(smallPodJson("p", "1", ""));
        QCOMPARE(extender::bindingArguments(*pod->object, "n"),
                 std::string("{\"PodName\":\"p\",\"PodNamespace\":\"default\",\"PodUID\":\"p\",\"Node\":\"n\"}"));
        QVERIFY(extender::parseBindingResult("{}"));
        QVERIFY(extender::parseBindingResult("{\"Error\":\"\"}"));
        QCOMPARE(extender::parseBindingResult("{\"error\":\"no\"}").error().message, std::string("no"));
    }
};

QTEST_GUILESS_MAIN(ExtenderMessagesTest)
#include "tst_extender_messages.moc"
