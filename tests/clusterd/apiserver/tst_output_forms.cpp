#include "tests/clusterd/apiserver/support/protobuf_text.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QTest>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

using namespace coracle;
using namespace coracle::test;
namespace bj = boost::json;

namespace {

constexpr const char *kMaps = "/api/v1/namespaces/default/configmaps";

std::string form(std::string_view as, std::string_view version = "v1", std::string_view type = "application/json") {
    return fmt::format("{};as={};v={};g=meta.k8s.io", type, as, version);
}

std::string configMap(std::string_view name) {
    return fmt::format(R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}"}},"data":{{"k":"v"}}}})",
                       name);
}

std::string text(const bj::object &object, std::string_view key) {
    const bj::value *value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// The items of a partial list of v1beta1, whose numbers are the other way round.
size_t itemsOfBeta(std::string_view body) {
    auto envelope = api::readProtobufEnvelope(body);
    static constexpr api::FieldInfo kFields[] = {
        {.name = "items",
         .kind = api::ValueKind::Bytes,
         .container = api::Container::List,
         .protobufNumber = 1,
         .protobufWire = 2},
        {.name = "metadata", .kind = api::ValueKind::Bytes, .protobufNumber = 2, .protobufWire = 2}};
    static constexpr api::TypeInfo kType{.name = "List", .fields = kFields};
    auto list = envelope ? api::decodeMessage(envelope->raw, kType) : Result<bj::object>(bj::object());
    return list && list->contains("metadata") && list->contains("items") ? list->at("items").as_array().size() : 0;
}

} // namespace

class OutputFormsTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<TestApi> m_api;

    Answer get(std::string target, std::string accept, size_t pieces = 0) {
        return m_api->request("GET", std::move(target), {}, {{"Accept", std::move(accept)}}, pieces);
    }
    bj::object json(std::string target, std::string accept) {
        return bj::parse(get(std::move(target), std::move(accept)).body).as_object();
    }
    std::vector<bj::object> watch(std::string_view query, std::string accept) {
        Answer answer = get(fmt::format("{}?watch=1&{}", kMaps, query), std::move(accept), 1);
        std::vector<bj::object> events;
        for (size_t at = 0, end; at < answer.body.size(); at = end + 1) {
            end = answer.body.find('\n', at);
            events.push_back(bj::parse(answer.body.substr(at, end - at)).as_object());
        }
        return events;
    }

private slots:
    void init() {
        m_api = std::make_unique<TestApi>();
        for (const char *name : {"a", "b", "c"})
            m_api->request("POST", kMaps, configMap(name));
    }
    void cleanup() { m_api.reset(); }

    void tables() {
        for (const char *version : {"v1", "v1beta1"}) {
            const bj::object list = json(std::string(kMaps) + "?limit=2", form("Table", version));
            QCOMPARE(text(list, "kind"), "Table");
            QCOMPARE(text(list, "apiVersion"), fmt::format("meta.k8s.io/{}", version));
            QCOMPARE(list.at("metadata").at("remainingItemCount").as_int64(), 1);
            QVERIFY(!text(list.at("metadata").as_object(), "continue").empty());
            QCOMPARE(std::string_view(list.at("columnDefinitions").at(0).at("name").as_string()), "Name");
            const bj::array &rows = list.at("rows").as_array();
            QCOMPARE(rows.size(), 2u);
            QCOMPARE(std::string_view(rows[1].at("cells").at(0).as_string()), "b");
            const bj::object &included = rows[1].at("object").as_object();
            QCOMPARE(text(included, "kind"), "PartialObjectMetadata");
            QCOMPARE(text(included, "apiVersion"), fmt::format("meta.k8s.io/{}", version));
            QVERIFY(included.at("metadata").as_object().contains("resourceVersion"));
            QVERIFY(!included.contains("data"));
        }
        const bj::object one = json(std::string(kMaps) + "/b", form("Table"));
        QCOMPARE(one.at("rows").as_array().size(), 1u);
        QVERIFY(!text(one.at("metadata").as_object(), "resourceVersion").empty());
        const bj::object empty = json(std::string(kMaps) + "?labelSelector=none", form("Table"));
        QCOMPARE(empty.at("rows").as_array().size(), 0u);
        QVERIFY(!empty.at("columnDefinitions").as_array().empty());
        const Answer yaml = get(kMaps, form("Table", "v1", "application/yaml"));
        QCOMPARE(bj::parse(*api::yamlToJson(yaml.body)).at("rows").as_array().size(), 3u);
    }

    void includeObject() {
        auto included = [&](const char *query) {
            return json(std::string(kMaps) + "/a" + query, form("Table")).at("rows").at(0).at("object");
        };
        QVERIFY(included("?includeObject=None").is_null());
        QCOMPARE(text(included("?includeObject=Metadata").as_object(), "kind"), "PartialObjectMetadata");
        QCOMPARE(text(included("?includeObject=").as_object(), "kind"), "PartialObjectMetadata");
        const bj::value whole = included("?includeObject=Object");
        QVERIFY(whole == bj::value(json(std::string(kMaps) + "/a", "application/json")));
        const Answer bad = get(std::string(kMaps) + "?includeObject=Some", form("Table"));
        QCOMPARE(bad.code, 400);
        QVERIFY2(bad.body.contains("includeObject: Invalid value: \\\"Some\\\": must be 'Metadata', 'Object', 'None', "
                                   "or empty"),
                 bad.body.c_str());
        QCOMPARE(get(std::string(kMaps) + "?includeObject=Some", "application/json").code, 200);
    }

    void watchesAsTables() {
        auto events = watch("includeObject=Object", form("Table"));
        QCOMPARE(events.size(), 3u);
        for (size_t i = 0; i < events.size(); ++i) {
            const bj::object &table = events[i].at("object").as_object();
            QCOMPARE(text(table, "kind"), "Table");
            QCOMPARE(table.at("columnDefinitions").is_null(), i > 0); // only the first has them
            QCOMPARE(table.at("rows").as_array().size(), 1u);
            QCOMPARE(text(table.at("rows").at(0).at("object").as_object(), "kind"), "ConfigMap");
        }
        QVERIFY(watch("includeObject=None", form("Table"))[0].at("object").at("rows").at(0).at("object").is_null());
    }

    void partialForms() {
        for (const char *version : {"v1", "v1beta1"}) {
            const bj::object one = json(std::string(kMaps) + "/a", form("PartialObjectMetadata", version));
            QCOMPARE(text(one, "kind"), "PartialObjectMetadata");
            QCOMPARE(text(one, "apiVersion"), fmt::format("meta.k8s.io/{}", version));
            QCOMPARE(one.size(), 3u);
            QVERIFY(one.at("metadata") == json(std::string(kMaps) + "/a", "application/json").at("metadata"));
            const bj::object list = json(std::string(kMaps) + "?limit=2", form("PartialObjectMetadataList", version));
            QCOMPARE(text(list, "kind"), "PartialObjectMetadataList");
            QCOMPARE(list.at("items").as_array().size(), 2u);
            QVERIFY(list.at("items").at(0) == bj::value(one));
            QCOMPARE(list.at("metadata").at("remainingItemCount").as_int64(), 1);
            auto events = watch("", form("PartialObjectMetadata", version));
            QCOMPARE(events.size(), 3u);
            QVERIFY(events[0].at("object") == bj::value(one));
        }
    }

    void partialFormsInProtobuf() {
        const bj::object one =
            fromProtobuf(get(std::string(kMaps) + "/a", form("PartialObjectMetadata", "v1", kProtobuf)).body);
        QVERIFY(one == json(std::string(kMaps) + "/a", form("PartialObjectMetadata")));
        const bj::object list = fromProtobuf(get(kMaps, form("PartialObjectMetadataList", "v1", kProtobuf)).body);
        QCOMPARE(text(list, "kind"), "PartialObjectMetadataList");
        QCOMPARE(list.at("items").as_array().size(), 3u);
        QVERIFY(list.at("items").at(2).at("metadata") ==
                json(std::string(kMaps) + "/c", "application/json").at("metadata"));
        const Answer beta = get(kMaps, form("PartialObjectMetadataList", "v1beta1", kProtobuf));
        QCOMPARE(itemsOfBeta(beta.body), 3u);
        const Answer stream = get(std::string(kMaps) + "?watch=1", form("PartialObjectMetadata", "v1", kProtobuf), 1);
        QCOMPARE(stream.headers.get("Content-Type"), "application/vnd.kubernetes.protobuf;stream=watch");
        auto events = protobufEvents(stream.body);
        QCOMPARE(events.size(), 3u);
        QVERIFY(events[0].object == one);
    }

    void formsThatDoNotFit_data() {
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("as");
        QTest::addColumn<QByteArray>("message");
        const QByteArray maps = kMaps;
        QTest::newRow("list") << maps << QByteArray("PartialObjectMetadata")
                              << QByteArray("you requested PartialObjectMetadata, but the requested object is a list "
                                            "(*core.ConfigMapList)");
        QTest::newRow("object") << maps + "/a" << QByteArray("PartialObjectMetadataList")
                                << QByteArray("you requested PartialObjectMetadataList, but the requested object is "
                                              "not a list (*core.ConfigMap)");
        QTest::newRow("watch") << maps + "?watch=1" << QByteArray("PartialObjectMetadataList")
                               << QByteArray("you requested PartialObjectMetadataList");
        QTest::newRow("unknown") << maps << QByteArray("Chair")
                                 << QByteArray("only the following media types are accepted");
    }

    void formsThatDoNotFit() {
        QFETCH(QByteArray, target);
        QFETCH(QByteArray, as);
        QFETCH(QByteArray, message);
        const Answer answer = get(target.toStdString(), form(as.toStdString()));
        QCOMPARE(answer.code, 406);
        const bj::object status = bj::parse(answer.body).as_object();
        QCOMPARE(text(status, "reason"), "NotAcceptable");
        QVERIFY2(QByteArray::fromStdString(text(status, "message")).startsWith(message), answer.body.c_str());
    }

    /// A Status and the Scale of a workload are not rows of the resource's table.
    void otherKindsThanTheResource() {
        const Answer gone = m_api->request("DELETE", std::string(kMaps) + "/a", {}, {{"Accept", form("Table")}});
        QCOMPARE(gone.code, 200);
        QCOMPARE(text(bj::parse(gone.body).as_object(), "kind"), "Status");
        const Answer missing = get(std::string(kMaps) + "/a", form("Table") + ",application/json");
        QCOMPARE(missing.code, 404);
        QCOMPARE(text(bj::parse(missing.body).as_object(), "kind"), "Status");
        const std::string sets = "/apis/apps/v1/namespaces/default/replicasets";
        m_api->request("POST", sets,
                       R"({"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"r"},"spec":{"selector":)"
                       R"({"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},)"
                       R"("spec":{"containers":[{"name":"c","image":"i"}]}}}})");
        const bj::object scale = json(sets + "/r/scale", form("Table"));
        QCOMPARE(scale.at("columnDefinitions").as_array().size(), 2u);
        QCOMPARE(std::string_view(scale.at("rows").at(0).at("cells").at(0).as_string()), "r");
    }

    void deletedCollectionsAsTables() {
        const Answer gone = m_api->request("DELETE", kMaps, {}, {{"Accept", form("Table")}});
        QCOMPARE(bj::parse(gone.body).at("rows").as_array().size(), 3u);
    }
};

QTEST_GUILESS_MAIN(OutputFormsTest)
#include "tst_output_forms.moc"
