#include "clusterd/apiserver/handlers/body_source.h"
#include "clusterd/apiserver/handlers/json_indent.h"
#include "clusterd/apiserver/handlers/list_body.h"
#include "core/api/protobuf.h"
#include "tests/clusterd/apiserver/support/gunzip.h"

#include <QTest>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::apiserver;
using coracle::test::gunzip;

namespace {

struct Taken {
    std::string text;
    size_t largestPiece = 0;
};

Taken takeAll(BodySourcePtr body) {
    Taken taken;
    for (bool more = true; more;) {
        std::vector<http::Chunk> chunks;
        more = body->next(chunks);
        for (const http::Chunk &chunk : chunks) {
            taken.text += chunk.bytes;
            taken.largestPiece = std::max(taken.largestPiece, chunk.bytes.size());
        }
    }
    return taken;
}

std::string indentedWhole(std::string_view json) {
    std::string out;
    JsonIndent().append(json, out);
    return out;
}

api::ObjectPtr configMap(int index, size_t bytes) {
    return *api::Object::parse(fmt::format(
        R"({{"kind":"ConfigMap","apiVersion":"v1","metadata":{{"name":"m{}","resourceVersion":"{}"}},"data":{{"k":"{}"}}}})",
        index, index + 1, std::string(bytes, char('a' + index % 26))));
}

} // namespace

class BodySourceTest : public QObject {
    Q_OBJECT

private slots:
    void indents_data() {
        QTest::addColumn<QByteArray>("compact");
        QTest::addColumn<QByteArray>("expected");
        auto row = [](const char *compact, const char *expected) {
            QTest::newRow(compact) << QByteArray(compact) << QByteArray(expected);
        };
        row("{}", "{}");
        row("[]", "[]");
        row("7", "7");
        row(R"("a{,:}[]b")", R"("a{,:}[]b")");
        row(R"({"a":1,"b":[true,null]})", "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    null\n  ]\n}");
        row(R"({"a":{},"b":[],"c":[{}]})", "{\n  \"a\": {},\n  \"b\": [],\n  \"c\": [\n    {}\n  ]\n}");
        row(R"({"a":"x\\","b":"y\u0022 z"})", "{\n  \"a\": \"x\\\\\",\n  \"b\": \"y\\u0022 z\"\n}");
        row("{ \"a\" : [ 1 ,\n 2 ] }\n", "{\n  \"a\": [\n    1,\n    2\n  ]\n}");
    }

    void indents() {
        QFETCH(QByteArray, compact);
        QFETCH(QByteArray, expected);
        const std::string text = compact.toStdString();
        QCOMPARE(QByteArray::fromStdString(indentedWhole(text)), expected);
        for (size_t cut = 0; cut <= text.size(); ++cut) {
            std::string out;
            JsonIndent indent;
            indent.append(text.substr(0, cut), out);
            indent.append(text.substr(cut), out);
            QCOMPARE(QByteArray::fromStdString(out), expected);
        }
    }

    void indentationHasALimit() {
        const std::string deep = std::string(5000, '[') + "1" + std::string(5000, ']');
        QVERIFY(indentedWhole(deep).size() < 10000 * 140u);
        QVERIFY(!indentedWhole("]]}}").empty());
    }

    void compresses() {
        std::vector<http::Chunk> chunks;
        std::string expected;
        for (int i = 0; i < 300; ++i) {
            chunks.push_back(http::Chunk::own(std::string(size_t(i) * 37, char('a' + i % 26)) + std::to_string(i)));
            expected += chunks.back().bytes;
        }
        const Taken taken = takeAll(gzipped(bodyOf(std::move(chunks))));
        QVERIFY(taken.text.size() < expected.size() / 10);
        QCOMPARE(gunzip(taken.text), expected);
        QCOMPARE(gunzip(takeAll(gzipped(bodyOf(std::string()))).text), std::string());
    }

    /// What cannot be compressed comes out in pieces, too: no step makes the whole.
    void compressesPieceByPiece() {
        std::string noise;
        uint64_t state = 1;
        while (noise.size() < 4u << 20) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            noise += char(state >> 56);
        }
        const Taken taken = takeAll(gzipped(bodyOf(noise)));
        QVERIFY(taken.largestPiece < 2 * BodySource::kPieceBytes);
        QVERIFY(gunzip(taken.text) == noise);
    }

    void filtersStack() {
        client::ObjectList list;
        for (int i = 0; i < 1000; ++i)
            list.items.push_back(configMap(i, 100));
        std::string plain = "[";
        for (int i = 0; i < 1000; ++i)
            plain += (i > 0 ? "," : "") + list.items[size_t(i)]->json();
        plain += "]";
        ItemWriter item = [](const api::Object &object, bool first, std::string &out) {
            out += first ? "" : ",";
            out += object.json();
        };
        const Taken taken = takeAll(gzipped(indented(listBody("[", std::move(list), item, "]"))));
        QVERIFY(taken.largestPiece < 2 * BodySource::kPieceBytes);
        QCOMPARE(gunzip(taken.text), indentedWhole(plain));
    }

    void writesEmptyLists() {
        auto item = [](const api::Object &, bool, std::string &) {};
        QCOMPARE(takeAll(listBody("<", {}, item, ">")).text, std::string("<>"));
    }

    void writesProtobufLists_data() {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("bytes");
        QTest::newRow("empty") << 0 << 0;
        QTest::newRow("one") << 1 << 10;
        QTest::newRow("some") << 300 << 1000;
        QTest::newRow("more than is kept") << 3000 << 5000; // 15 MB
    }

    void writesProtobufLists() {
        QFETCH(int, count);
        QFETCH(int, bytes);
        const api::TypeInfo &type = *api::findType("core/v1", "ConfigMap");
        client::ObjectList list{.resourceVersion = "77", .continueToken = "more", .remainingItemCount = 5};
        for (int i = 0; i < count; ++i)
            list.items.push_back(configMap(i, size_t(bytes)));
        auto objects = list.items;
        int encoded = 0;
        ItemMessage message = [&](const api::Object &object) {
            ++encoded;
            return *api::jsonToMessage(object.json(), type);
        };
        const Taken taken = takeAll(protobufListBody("v1", "ConfigMapList", std::move(list), message));
        QVERIFY(taken.largestPiece < 2 * BodySource::kPieceBytes);
        QVERIFY(encoded <= 2 * count);
        auto envelope = api::readProtobufEnvelope(taken.text);
        QVERIFY(envelope);
        QCOMPARE(envelope->apiVersion, "v1");
        QCOMPARE(envelope->kind, "ConfigMapList");
        const api::TypeInfo &listType = *api::findType("core/v1", "ConfigMapList");
        auto decoded = api::decodeMessage(envelope->raw, listType);
        QVERIFY(decoded);
        const auto &metadata = decoded->at("metadata").as_object();
        QCOMPARE(std::string_view(metadata.at("resourceVersion").as_string()), "77");
        QCOMPARE(std::string_view(metadata.at("continue").as_string()), "more");
        QCOMPARE(metadata.at("remainingItemCount").as_int64(), 5);
        QCOMPARE(decoded->contains("items") ? decoded->at("items").as_array().size() : 0, size_t(count));
        // As one message in one go.
        (*decoded)["kind"] = "ConfigMapList";
        (*decoded)["apiVersion"] = "v1";
        QVERIFY(taken.text == api::encodeProtobuf(listType, *decoded));
        for (int i = 0; i < count; ++i) {
            const auto &item = decoded->at("items").as_array()[size_t(i)].as_object();
            QCOMPARE(std::string_view(item.at("metadata").at("name").as_string()), objects[size_t(i)]->name());
        }
    }

    /// The fields that protobufListBody() takes for granted.
    void listsHaveTheSameNumbers() {
        int checked = 0;
        for (const api::ResourceInfo &resource : api::builtinResources()) {
            const api::TypeInfo *type = api::findKindType(resource.apiVersion, resource.listKind);
            if (!type)
                continue;
            ++checked;
            QCOMPARE(int(type->field("metadata")->protobufNumber), 1);
            QCOMPARE(int(type->field("items")->protobufNumber), 2);
        }
        QVERIFY(checked > 50);
    }
};

QTEST_GUILESS_MAIN(BodySourceTest)
#include "tst_body_source.moc"
