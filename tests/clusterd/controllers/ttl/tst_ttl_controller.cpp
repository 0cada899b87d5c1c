#include "clusterd/controllers/ttl/ttl_controller.h"
#include "core/api/types/core_v1.h"
#include "tests/clusterd/controllers/controllers_fixture.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;

class TtlControllerTest : public QObject {
    Q_OBJECT

private slots:
    void followsTheSizeWithSlack_data() {
        QTest::addColumn<int>("nodes");
        QTest::addColumn<int>("current");
        QTest::addColumn<int>("ttl");
        const int rows[][3] = {{0, 0, 0},        {100, 0, 0},     {101, 0, 15},   {90, 15, 15},
                               {89, 15, 0},      {500, 15, 15},   {501, 15, 30},  {450, 30, 30},
                               {449, 30, 15},    {1001, 30, 60},  {899, 60, 30},  {2001, 60, 300},
                               {1800, 300, 300}, {1799, 300, 60}, {5000, 0, 300}, {3, 300, 0}};
        for (const auto &row : rows)
            QTest::addRow("%d nodes, now %d", row[0], row[1]) << row[0] << row[1] << row[2];
    }
    void followsTheSizeWithSlack() {
        QFETCH(int, nodes);
        QFETCH(int, current);
        QTEST(ttlForClusterSize(size_t(nodes), current), "ttl");
    }

    void annotatesTheNodes() {
        test::ControllersFixture f;
        f.add<TtlController>();
        f.start();
        const auto ttl = [&](const std::string &name) {
            return f.read<corev1::Node>({}, name)->metadata.annotations["node.alpha.kubernetes.io/ttl"];
        };
        f.create(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n0"}})");
        f.settle();
        QCOMPARE(ttl("n0"), std::string("0"));
        for (int i = 1; i <= 100; ++i)
            f.create(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n)" + std::to_string(i) + R"("}})");
        f.settle();
        QCOMPARE(ttl("n0"), std::string("15"));
        QCOMPARE(ttl("n100"), std::string("15"));
        for (int i = 1; i <= 12; ++i)
            (void)f.api.run(f.api.client().remove(corev1::Node::resource(), {}, "n" + std::to_string(i)));
        f.settle();
        QCOMPARE(ttl("n0"), std::string("0"));
    }
};

QTEST_GUILESS_MAIN(TtlControllerTest)
#include "tst_ttl_controller.moc"
