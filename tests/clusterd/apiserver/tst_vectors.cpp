#include "clusterd/apiserver/registry/conversion.h"
#include "tests/clusterd/apiserver/support/protobuf_text.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QDir>
#include <QFile>
#include <QTest>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>

using namespace coracle;
using namespace coracle::test;
namespace bj = boost::json;

namespace {

std::string content(const QString &path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

/// The metadata of the vectors is of no object that a client may create.
bj::object ownMetadata(const api::ResourceInfo &resource) {
    bj::object object{{"name", "vector"}};
    if (resource.namespaced)
        object["namespace"] = "default";
    return object;
}

std::string collection(const api::ResourceInfo &resource, std::string_view space) {
    return fmt::format("{}/{}/{}{}", resource.group.empty() ? "/api" : "/apis", resource.apiVersion,
                       resource.namespaced ? fmt::format("namespaces/{}/", space) : "", resource.resource);
}

/// A body of a kind as another implementation would send it: its vector with metadata of its own.
std::string requestBody(const api::ResourceInfo &resource, bj::object object) {
    object["metadata"] = ownMetadata(resource);
    return api::encodeProtobuf(*resource.type, object);
}

/// With the versions that are off by default.
TestApi::Options withBeta() {
    TestApi::Options options;
    options.runtimeConfig = config::RuntimeConfig::parse(std::vector<std::string>{"api/beta=true"}).value();
    return options;
}

} // namespace

/// The fully populated objects of Kubernetes' own round-trip tests, through the HTTP interface.
class VectorsTest : public QObject {
    Q_OBJECT

private:
    struct Vector {
        QString name;
        std::string bytes; ///< protobuf
        bj::object object; ///< the same from its JSON
        const api::ResourceInfo *resource = nullptr;
    };
    std::vector<Vector> m_vectors; ///< those of resources that are stored

private slots:
    void initTestCase() {
        const QDir folder(QStringLiteral(CORACLE_VECTORS));
        if (folder.entryList({"*.pb"}).isEmpty())
            QSKIP("no vectors on this machine");
        for (const QString &name : folder.entryList({"*.pb"})) {
            std::string bytes = content(folder.filePath(name));
            auto envelope = api::readProtobufEnvelope(bytes);
            QVERIFY2(envelope, qPrintable(name));
            const api::ResourceInfo *resource = api::findKind(envelope->apiVersion, envelope->kind);
            if (resource && !resource->storagePrefix.empty())
                m_vectors.push_back({name, std::move(bytes),
                                     bj::parse(content(folder.filePath(name.chopped(3) + ".json"))).as_object(),
                                     resource});
        }
        QVERIFY(m_vectors.size() > 40);
    }

    /// What another server stored is read in protobuf as the same bytes, but for the resourceVersion.
    void storedObjects() {
        TestApi api(withBeta());
        for (const Vector &vector : m_vectors) {
            if (&apiserver::storageResource(*vector.resource) != vector.resource)
                continue; // stored as another version
            bj::object expected = vector.object;
            bj::object &metadata = expected.at("metadata").as_object();
            const std::string name(metadata.at("name").as_string());
            const std::string space(vector.resource->namespaced ? metadata.at("namespace").as_string() : "");
            if (!vector.resource->namespaced)
                metadata.erase("namespace");
            metadata.erase("resourceVersion");
            auto revision = api.run(
                api.backend().create(apiserver::Store::keyOf(*vector.resource, space, name), bj::serialize(expected)));
            QVERIFY2(revision, qPrintable(vector.name));
            QVERIFY(api.run(api.store().waitFor(*revision)));
            metadata["resourceVersion"] = std::to_string(*revision);
            const std::string target = fmt::format("{}/{}", collection(*vector.resource, space), name);
            const Answer protobuf = api.request("GET", target, {}, {{"Accept", kProtobuf}});
            QVERIFY2(protobuf.body == api::encodeProtobuf(*vector.resource->type, expected), qPrintable(vector.name));
            const Answer json = api.request("GET", target);
            QVERIFY2(bj::parse(json.body) == bj::value(expected), qPrintable(vector.name));
            const Answer list = api.request("GET", collection(*vector.resource, space), {}, {{"Accept", kProtobuf}});
            const bj::object items = fromProtobuf(list.body);
            expected.erase("kind");
            expected.erase("apiVersion");
            QVERIFY2(items.at("items").at(0) == bj::value(expected), qPrintable(vector.name));
        }
    }

    void requestBodies() {
        TestApi api(withBeta());
        std::set<std::string> created;
        int refused = 0;
        for (const Vector &vector : m_vectors) {
            const std::string target = collection(*vector.resource, "default");
            const Answer answer = api.request("POST", target, requestBody(*vector.resource, vector.object),
                                              {{"Content-Type", kProtobuf}, {"Accept", kProtobuf}});
            const bj::object got = fromProtobuf(answer.body);
            if (answer.code != 201) { // most vectors hold values that make no sense together
                QVERIFY2(answer.code >= 400 && answer.code < 500, qPrintable(vector.name + ' ' + answer.body.c_str()));
                QCOMPARE(std::string_view(got.at("kind").as_string()), "Status");
                QVERIFY2(!got.at("message").as_string().empty(), qPrintable(vector.name));
                ++refused;
                continue;
            }
            created.insert(std::string(vector.resource->kind));
            const Answer json = api.request("GET", target + "/vector");
            QVERIFY2(bj::value(got) == bj::parse(json.body), qPrintable(vector.name));
            const Answer protobuf = api.request("GET", target + "/vector", {}, {{"Accept", kProtobuf}});
            QVERIFY2(fromProtobuf(protobuf.body) == got, qPrintable(vector.name));
        }
        for (const char *kind : {"ConfigMap", "Secret", "ControllerRevision"})
            QVERIFY2(created.contains(kind), kind);
        QVERIFY(refused > 0);
    }
};

QTEST_GUILESS_MAIN(VectorsTest)
#include "tst_vectors.moc"
