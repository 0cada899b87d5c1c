#include "clusterd/controllers/bootstrap/token_cleaner.h"
#include "core/api/types/core_v1.h"
#include "tests/clusterd/controllers/controllers_fixture.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::controllers;

namespace {

struct Fixture : test::ControllersFixture {
    Fixture() {
        create(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"kube-system"}})");
        add<TokenCleaner>();
        start();
    }
    void createSecret(const std::string &name, const std::string &expiration,
                      const std::string &type = "bootstrap.kubernetes.io/token") {
        create(fmt::format(
            R"({{"apiVersion":"v1","kind":"Secret","metadata":{{"name":"{}","namespace":"kube-system"}},"type":"{}",
                "stringData":{{"token-id":"abcdef","token-secret":"0123456789abcdef"{}}}}})",
            name, type, expiration.empty() ? "" : fmt::format(R"(,"expiration":"{}")", expiration)));
    }
    bool has(const std::string &name) { return read<corev1::Secret>("kube-system", name).has_value(); }
};

} // namespace

class TokenCleanerTest : public QObject {
    Q_OBJECT

private slots:
    void removesWhatHasExpired() {
        Fixture f;
        f.createSecret("endless", "");
        f.createSecret("valid", "2999-01-01T00:00:00Z");
        f.createSecret("unreadable", "tomorrow");
        f.createSecret("another", "2020-01-01T00:00:00Z", "Opaque");
        f.createSecret("expired", "2020-01-01T00:00:00Z");
        f.until([&] { return !f.has("expired"); });
        f.settle();
        for (const char *name : {"endless", "valid", "unreadable", "another"})
            QVERIFY2(f.has(name), name);
    }

    void waitsForTheTime() {
        Fixture f;
        f.createSecret("soon", api::Time(f.clock.now() + std::chrono::seconds(2)).text());
        QVERIFY(f.has("soon"));
        f.until([&] { return !f.has("soon"); });
    }
};

QTEST_GUILESS_MAIN(TokenCleanerTest)
#include "tst_token_cleaner.moc"
