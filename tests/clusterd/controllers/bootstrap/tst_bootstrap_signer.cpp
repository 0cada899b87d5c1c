#include "clusterd/controllers/bootstrap/bootstrap_signer.h"
#include "core/api/types/core_v1.h"
#include "core/pki/encoding.h"
#include "tests/clusterd/controllers/restartable_fixture.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;
using namespace coracle::test;

namespace {

struct World {
    World()
        : f([](const ControllerContext &context, ControllerManager &manager) {
              manager.add(std::make_unique<BootstrapSigner>(context));
          }) {
        f.begin();
    }
    void info(const std::string &kubeconfig) {
        f.create(
            R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cluster-info","namespace":"kube-public"},)"
            R"("data":{"kubeconfig":")" +
            kubeconfig + R"(","jws-kubeconfig-gone99":"old"}})");
    }
    void token(const std::string &id, const std::string &more = R"("usage-bootstrap-signing":"true")") {
        f.create(R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"bootstrap-token-)" + id +
                 R"(","namespace":"kube-system"},"type":"bootstrap.kubernetes.io/token","stringData":{"token-id":")" +
                 id + R"(","token-secret":"0123456789abcdef",)" + more + "}}");
    }
    void remove(const std::string &id) {
        (void)f.api.run(f.api.client().remove(corev1::Secret::resource(), "kube-system", "bootstrap-token-" + id));
    }
    std::map<std::string, std::string, std::less<>> data() {
        f.settle();
        return f.api.run(client::get<corev1::ConfigMap>(f.api.client(), "kube-public", "cluster-info"))->data;
    }

    RestartableFixture f;
};

} // namespace

class BootstrapSignerTest : public QObject {
    Q_OBJECT

private slots:
    void signatureIsAJwsWithoutItsPayload() {
        const std::string text = detachedSignature("content", "abcdef", "0123456789abcdef");
        const size_t dots = text.find("..");
        QVERIFY(dots != text.npos);
        QCOMPARE(text.substr(0, dots), pki::base64Url(R"({"alg":"HS256","kid":"abcdef"})"));
        const std::string signedText = text.substr(0, dots) + "." + pki::base64Url("content");
        QCOMPARE(text.substr(dots + 2), pki::base64Url(pki::hmacSha256("0123456789abcdef", signedText)));
    }

    void signsWithEveryTokenThatMay() {
        World w;
        w.token("aaaaaa");
        w.token("bbbbbb", R"("usage-bootstrap-signing":"false")");
        w.token("cccccc", R"("usage-bootstrap-signing":"true","expiration":"2025-01-01T00:00:00Z")");
        w.info("hello");
        auto data = w.data();
        QCOMPARE(data.size(), size_t(2)); // and the old one is gone
        QCOMPARE(data["jws-kubeconfig-aaaaaa"], detachedSignature("hello", "aaaaaa", "0123456789abcdef"));
        w.token("dddddd");
        QCOMPARE(w.data().size(), size_t(3));
        w.remove("aaaaaa");
        data = w.data();
        QVERIFY(!data.contains("jws-kubeconfig-aaaaaa") && data.contains("jws-kubeconfig-dddddd"));
    }

    void signsAnewWhatChanged() {
        World w;
        w.token("aaaaaa");
        w.info("hello");
        (void)w.data();
        (void)w.f.api.run(w.f.api.client().patch(corev1::ConfigMap::resource(), "kube-public", "cluster-info",
                                                 client::PatchType::Merge, R"({"data":{"kubeconfig":"other"}})"));
        QCOMPARE(w.data()["jws-kubeconfig-aaaaaa"], detachedSignature("other", "aaaaaa", "0123456789abcdef"));
        (void)w.f.api.run(w.f.api.client().patch(corev1::ConfigMap::resource(), "kube-public", "cluster-info",
                                                 client::PatchType::Merge, R"({"data":{"kubeconfig":null}})"));
        QVERIFY(w.data().empty());
    }

    void aTokenThatExpiresSignsNoMore() {
        World w;
        w.token("aaaaaa", R"("usage-bootstrap-signing":"true","expiration":"2026-01-01T01:00:00Z")");
        w.info("hello");
        QCOMPARE(w.data().size(), size_t(2));
        w.f.clock.advance(std::chrono::hours(2));
        QCOMPARE(w.data().size(), size_t(1));
    }
};

QTEST_GUILESS_MAIN(BootstrapSignerTest)
#include "tst_bootstrap_signer.moc"
