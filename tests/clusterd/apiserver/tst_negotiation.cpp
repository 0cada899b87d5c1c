#include "clusterd/apiserver/handlers/negotiation.h"

#include <QTest>

using namespace coracle;
using namespace coracle::apiserver;

namespace {

QByteArray bytes(std::string_view text) {
    return QByteArray(text.data(), qsizetype(text.size()));
}

/// "json", "yaml Table/v1", "protobuf pretty"; or the error's message.
QByteArray chosen(const QByteArray &accept, const Offer &offer) {
    auto result = negotiate(accept.toStdString(), offer);
    if (!result)
        return result.error().code == 406 ? bytes(result.error().message) : QByteArray("wrong code");
    static constexpr const char *kEncodings[] = {"json", "yaml", "protobuf"};
    static constexpr const char *kProjections[] = {"", "Table", "PartialObjectMetadata", "PartialObjectMetadataList"};
    QByteArray text = kEncodings[int(result->encoding)];
    if (result->projection != Projection::None)
        text += QByteArray(" ") + kProjections[int(result->projection)] + "/" + bytes(result->version);
    return result->pretty ? text + " pretty" : text;
}

constexpr const char *kTable = "application/json;as=Table;v=v1;g=meta.k8s.io";

} // namespace

class NegotiationTest : public QObject {
    Q_OBJECT

private slots:
    void accepts_data() {
        QTest::addColumn<QByteArray>("accept");
        QTest::addColumn<QByteArray>("expected");
        auto row = [](const char *name, QByteArray accept, QByteArray expected) {
            QTest::newRow(name) << accept << expected;
        };
        const QByteArray none = "only the following media types are accepted: application/json, application/yaml, "
                                "application/vnd.kubernetes.protobuf";
        row("nothing asked", "", "json");
        row("anything", "*/*", "json");
        row("any application", "application/*", "json");
        row("yaml", "application/yaml", "yaml");
        row("protobuf", "application/vnd.kubernetes.protobuf", "protobuf");
        row("client-go", "application/vnd.kubernetes.protobuf,application/json", "protobuf");
        row("client-go, old", "application/json, */*", "json");
        row("case and spaces", "  Application/JSON ; charset=utf-8 ", "json");
        row("quality decides", "application/json;q=0.4, application/yaml;q=0.9", "yaml");
        row("equal quality keeps the order", "application/yaml;q=0.5,application/json;q=0.5", "yaml");
        row("wildcards come last", "*/*,application/*,application/yaml", "yaml");
        row("quality before wildcards", "application/yaml;q=0.1,*/*;q=0.2", "json");
        row("quality 0", "application/yaml;q=0,application/json;q=0.1", "json");
        row("only quality 0", "application/yaml;q=0", none);
        row("unknown first", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "json");
        row("unknown", "application/xml", none);
        row("no media type", "json", none);
        row("only commas", ",,;,", none);
        row("old names of yaml", "text/yaml, application/x-yaml", none);
        row("pretty", "application/json;pretty=1", "json pretty");
        row("stream", "application/vnd.kubernetes.protobuf;stream=watch", "protobuf");
        row("unknown stream", "application/json;stream=nonsense", none);
        row("table", kTable, "json Table/v1");
        row("kubectl", QByteArray(kTable) + ",application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
            "json Table/v1");
        row("old kubectl", "application/json;as=Table;v=v1beta1;g=meta.k8s.io, application/json", "json Table/v1beta1");
        row("unknown version", "application/json;as=Table;v=v2;g=meta.k8s.io,application/json", "json");
        row("unknown group", "application/json;as=Table;v=v1;g=x", none);
        row("unknown projection", "application/json;as=Chair;v=v1;g=meta.k8s.io", none);
        row("group alone", "application/json;g=meta.k8s.io;v=v1", none);
        row("yaml table", "application/yaml;as=Table;v=v1;g=meta.k8s.io", "yaml Table/v1");
        row("no protobuf table",
            "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io," + QByteArray(kTable), "json Table/v1");
        row("metadata client",
            "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;as="
            "PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json",
            "protobuf PartialObjectMetadata/v1");
        row("quoted", "application/json;as=\"PartialObjectMetadataList\";g=\"meta.k8s.io\";v=\"v1\"",
            "json PartialObjectMetadataList/v1");
        row("quoted separators", "application/xml;x=\"a,application/json;b\",application/yaml", "yaml");
    }

    void accepts() {
        QFETCH(QByteArray, accept);
        QFETCH(QByteArray, expected);
        QCOMPARE(chosen(accept, {.projections = true}), expected);
    }

    void documentsHaveNoProjections() {
        QCOMPARE(chosen(QByteArray(kTable) + ",application/json", {}), QByteArray("json"));
        QVERIFY(chosen(kTable, {}).startsWith("only the following"));
    }

    void kindsWithoutProtobuf() {
        const Offer offer{.protobuf = false, .projections = true};
        QCOMPARE(chosen("application/vnd.kubernetes.protobuf,application/json", offer), QByteArray("json"));
        QCOMPARE(chosen("application/vnd.kubernetes.protobuf", offer),
                 QByteArray("only the following media types are accepted: application/json, application/yaml"));
        QCOMPARE(chosen("application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1", offer),
                 QByteArray("protobuf PartialObjectMetadataList/v1"));
    }

    void watches() {
        const Offer offer{.projections = true, .stream = true};
        QCOMPARE(chosen("application/vnd.kubernetes.protobuf,application/json", offer), QByteArray("protobuf"));
        QCOMPARE(chosen("*/*", offer), QByteArray("json"));
        QCOMPARE(chosen("application/yaml", offer),
                 QByteArray("only the following media types are accepted: application/json;stream=watch, "
                            "application/vnd.kubernetes.protobuf;stream=watch"));
        // kube-apiserver looks for a framing only after it has chosen.
        QVERIFY(chosen("application/yaml,application/json", offer).startsWith("only the following"));
    }

    void bodies_data() {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<bool>("protobuf");
        QTest::addColumn<int>("expected"); // Encoding; -1: 415
        auto row = [](const char *type, bool protobuf, int expected) {
            QTest::newRow(type) << QByteArray(type) << protobuf << expected;
        };
        row("", true, int(Encoding::Json));
        row("application/json", true, int(Encoding::Json));
        row("application/json; charset=UTF-8", true, int(Encoding::Json));
        row("Application/YAML", true, int(Encoding::Yaml));
        row("application/vnd.kubernetes.protobuf", true, int(Encoding::Protobuf));
        row("application/vnd.kubernetes.protobuf ", false, -1);
        row("application/cbor", true, -1);
        row("text/plain", true, -1);
        row("*/*", true, -1);
        row("application/*", true, -1);
        row("application/x-www-form-urlencoded", true, -1);
    }

    void bodies() {
        QFETCH(QByteArray, type);
        QFETCH(bool, protobuf);
        QFETCH(int, expected);
        auto encoding = bodyEncoding(type.toStdString(), {.protobuf = protobuf});
        QCOMPARE(encoding ? int(*encoding) : -1, expected);
        if (encoding)
            return;
        QCOMPARE(encoding.error().code, 415);
        QCOMPARE(bytes(encoding.error().message),
                 QByteArray("the body of the request was in an unknown format - accepted media types include: "
                            "application/json, application/yaml") +
                     (protobuf ? ", application/vnd.kubernetes.protobuf" : ""));
    }

    void gzip() {
        QVERIFY(acceptsGzip("gzip"));
        QVERIFY(acceptsGzip("deflate, gzip;q=0.5, br"));
        QVERIFY(!acceptsGzip(""));
        QVERIFY(!acceptsGzip("deflate"));
        QVERIFY(!acceptsGzip("gzip;q=0"));
        QVERIFY(!acceptsGzip("identity, x-gzip"));
    }

    void hostileHeaders() {
        std::string many;
        for (int i = 0; i < 10000; ++i)
            many += "a/b;c=d,";
        QCOMPARE(parseMediaTypes(many).size(), 64u);
        QVERIFY(!negotiate(many + "application/json"));
        QVERIFY(parseMediaTypes("application/json;q=nan").empty() ||
                parseMediaTypes("application/json;q=nan").front().quality == 1);
        QCOMPARE(parseMediaTypes("a/b;x=\"unclosed,c/d").size(), 1u);
    }
};

QTEST_GUILESS_MAIN(NegotiationTest)
#include "tst_negotiation.moc"
