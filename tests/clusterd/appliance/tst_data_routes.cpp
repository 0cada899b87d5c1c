#include "clusterd/appliance/worker.h"
#include "tests/clusterd/appliance/appliance_fixture.h"

#include <QTest>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <latch>
#include <thread>

using namespace coracle;
using namespace coracle::appliance;
using test::ApplianceFixture;

/// The routes about disks, files and programs: bad input above all, as a client sees it.
class DataRoutesTest : public QObject {
    Q_OBJECT

    std::unique_ptr<ApplianceFixture> m_fixture;
    ApplianceFixture::Answered call(const char *method, const std::string &target, std::string body = {}) {
        return m_fixture->call(method, target, std::move(body));
    }

private slots:
    void init() { m_fixture = std::make_unique<ApplianceFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void badRequests_data() {
        QTest::addColumn<QString>("request");
        QTest::addColumn<QString>("body");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("fields");
        QTest::newRow("upload without anything") << "POST /uploads" << "{}" << 422 << "name bytes";
        QTest::newRow("upload of nothing") << "POST /uploads" << "{\"name\":\"a\",\"bytes\":0}" << 422 << "bytes bytes";
        QTest::newRow("upload of too much") << "POST /uploads" << "{\"name\":\"a\",\"bytes\":1e15}" << 422 << "bytes";
        QTest::newRow("no room") << "POST /uploads" << "{\"name\":\"a\",\"bytes\":1099511627776}" << 507 << "";
        QTest::newRow("no upload") << "PUT /uploads/up-abc?offset=0" << "x" << 404 << "";
        QTest::newRow("upload elsewhere") << "GET /uploads/..%2Ftrial.json" << "" << 404 << "";
        QTest::newRow("no offset") << "PUT /uploads/up-abc" << "x" << 400 << "";
        QTest::newRow("odd offset") << "PUT /uploads/up-abc?offset=-1" << "x" << 400 << "";
        QTest::newRow("long description")
            << "POST /datastore/backups" << QString("{\"description\":\"%1\"}").arg(QString(300, 'x')) << 422
            << "description";
        QTest::newRow("description and upload")
            << "POST /datastore/backups" << "{\"description\":\"a\",\"upload\":\"up-1\"}" << 422 << "description";
        QTest::newRow("back-up of no upload") << "POST /datastore/backups" << "{\"upload\":\"up-1\"}" << 404 << "";
        QTest::newRow("no back-up") << "GET /datastore/backups/x.clusterd-backup" << "" << 404 << "";
        QTest::newRow("no such back-up to restore")
            << "POST /datastore/backups/x.clusterd-backup/restore" << "" << 404 << "";
        QTest::newRow("back-up elsewhere")
            << "GET /datastore/backups/..%2F..%2Fa.clusterd-backup/content" << "" << 404 << "";
        QTest::newRow("images without a node") << "GET /images" << "" << 409 << "";
        QTest::newRow("import of nothing") << "POST /images" << "{}" << 422 << "path";
        QTest::newRow("import of both") << "POST /images" << "{\"path\":\"/a\",\"upload\":\"up-1\"}" << 422 << "path";
        QTest::newRow("relative import") << "POST /images" << "{\"path\":\"a.tar\"}" << 422 << "path";
        QTest::newRow("clean up nothing") << "POST /storage/cleanup" << "{\"what\":[]}" << 422 << "what";
        QTest::newRow("clean up more") << "POST /storage/cleanup" << "{\"what\":[\"uploads\",\"disk\"]}" << 422
                                       << "what[1]";
        QTest::newRow("no version") << "POST /upgrades/9.9.9" << "" << 404 << "";
        QTest::newRow("version with a field") << "POST /upgrades/9.9.9" << "{\"force\":true}" << 422 << "force";
        QTest::newRow("no bundle") << "GET /supportbundles/x.tar.gz/content" << "" << 404 << "";
        QTest::newRow("bundle elsewhere") << "DELETE /supportbundles/..%2Fx.tar.gz" << "" << 404 << "";
    }
    void badRequests() {
        QFETCH(const QString, request);
        QFETCH(const QString, body);
        QFETCH(const int, code);
        QFETCH(const QString, fields);
        const auto words = request.split(' ');
        const auto answer = call(words[0].toUtf8().constData(), words[1].toStdString(), body.toStdString());
        QVERIFY2(answer.code == code, answer.text.c_str());
        if (!fields.isEmpty())
            QCOMPARE(QString::fromStdString(answer.fields()), fields);
    }

    void anUploadInParts() {
        const auto made = call("POST", "/uploads", "{\"name\":\"a\",\"bytes\":10}");
        QCOMPARE(made.code, 201);
        const std::string place = "/uploads/" + std::string(made.json().at("id").as_string());
        QCOMPARE(call("PUT", place + "?offset=0", "12345").json().at("receivedBytes").as_int64(), 5);
        QCOMPARE(call("PUT", place + "?offset=0", "12345").code, 409);
        QCOMPARE(call("PUT", place + "?offset=5", "678901").code, 400);
        QCOMPARE(call("PUT", place + "?offset=5", "67890").json().at("receivedBytes").as_int64(), 10);
        const std::string id = place.substr(place.rfind('/') + 1);
        QCOMPARE(*readFile(m_fixture->path("data/uploads") / id), std::string("1234567890"));
        QCOMPARE(call("DELETE", place).code, 204);
        QCOMPARE(call("GET", place).code, 404);
        QVERIFY(std::filesystem::is_empty(m_fixture->path("data/uploads")));
    }

    void tooManyUploads() {
        for (int i = 0; i < 16; ++i)
            QCOMPARE(call("POST", "/uploads", "{\"name\":\"a\",\"bytes\":10}").code, 201);
        QCOMPARE(call("POST", "/uploads", "{\"name\":\"a\",\"bytes\":10}").code, 429);
        const auto begun = call("POST", "/storage/cleanup", "{\"what\":[\"uploads\"]}");
        QCOMPARE(begun.code, 202);
        const auto ended = m_fixture->awaitOperation(std::string(begun.json().at("id").as_string()));
        QCOMPARE(ended.at("result").at("items").as_array().front().at("count").as_int64(), 16);
        QCOMPARE(call("POST", "/uploads", "{\"name\":\"a\",\"bytes\":10}").code, 201);
    }

    void cancelledWorkIsToldAndWaitedFor() {
        boost::asio::io_context context;
        Worker worker;
        std::latch running(1);
        bool told = false, unwound = false;
        boost::asio::cancellation_signal signal;
        std::function<Result<>(const Ended &)> work = [&](const Ended &ended) -> Result<> {
            running.count_down();
            while (!ended)
                std::this_thread::yield();
            told = true;
            return {};
        };
        boost::asio::co_spawn(
            context, worker.run(std::move(work)),
            boost::asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr, Result<>) { unwound = true; }));
        context.poll();
        running.wait();
        QVERIFY(!unwound);
        test::cancel(signal);
        context.restart();
        context.run();
        QVERIFY(told && unwound);
    }
};

QTEST_GUILESS_MAIN(DataRoutesTest)
#include "tst_data_routes.moc"
