"""Keep the words of the pages that are not a topic's and not a phrase of the chat."""

from datetime import timedelta

REFUSALS = {
    400: "这个请求不完整，请返回上一页再试一次。",
    401: "请先登录。",
    403: "这个请求不是从本站页面发出的，没有执行。请回到页面上再试一次。",
    404: "没有这个页面。",
    405: "这个地址不能这样打开。",
    413: "发来的内容太长了，请分成几段、每段不超过2000字再发。",
    500: "抱歉，我们这边出了错。您可以再试一次；着急请打电话。",
    503: "系统暂时存不了消息，正在恢复。请稍后再试；着急请打电话。",
}
TOO_MUCH = "图片和文件加起来太大了，没有收下。请分几次发。"
NO_SUCH_RECEIPT = "没有这张工单，或者它不是用这个浏览器问的。"
LINK_EXPIRED = "这个下载链接过期了，请回到对话页再点一次。"
NOT_KEPT = "您刚才的话没有存上，我们还没收到。"
LOADING = "服务正在启动，请过几秒钟再试。"
NO_SUCH_ARTICLE = "这不是一个条号，请写成“1077”或“第一千零七十七条”。"
NO_SUCH_DAY = "日期请写成 2026-01-31 这样。"
FORM_EXPIRED = "页面停留太久或不是从本站打开的，没有执行。请回到页面上再试一次。"

WRONG_LOGIN = "登录名或密码不对。"
NEW_LENGTH = "新密码要有{least}到{most}个字符。"
NEW_DIFFERS = "两次输入的新密码不一样。"
NEW_IS_OLD = "新密码不能和一次性密码相同。"
NEW_HAS_NAME = "新密码里不能有登录名。"

WRONG_CODE = "验证码不对。请看手机上验证器现在显示的6位数字；手机时间要准。"
USED_CODE = "这个验证码已经用过了，请等验证器换下一个再输。"
NOT_FOR_ROLE = "您的账号不能打开这一页。"
NO_SUCH_ACCOUNT = "没有这个账号。"
NO_WORKBOOK = "没有选文件。先选填好的 Excel 表，再按“先看会改什么”。"
LARGE_WORKBOOK = "表太大，最多 500 KB。请删掉用不着的行和图片，或分几次导入。"
LARGE_TOPICS = "表太大，最多 1 MB。请只留改过的主题，或分几次导入。"
STAFF_CHANGED = "您看过以后，人员或村居被人改过。请看过新的变动再确认。"
BROUGHT_IN = "已导入：{what}。"
NO_NAME = "姓名不能为空。"
BAD_LOGIN = "登录名要是1到40个不带空格的字符。"
LOGIN_TAKEN = "这个登录名已经有了。"
NOT_YOURSELF = "不能停用自己，也不能改自己的角色；请让另一位管理员来改。"
SECOND_FORGOTTEN = "已解除，对方下次登录时重新绑定验证器。"

NO_TICKETS = "您的账号是“{role}”，不处理工单。工单由村居法律顾问和首席专家处理。"
ADMINS_ONLY = "这一页只给管理员看。"
NO_MEDIATIONS = "您的账号是“{role}”，不办调解。调解由村居法律顾问和首席专家办理。"
NO_SUCH_MEDIATION = "没有这件调解，或者它不在您负责的范围里。"
NO_SUCH_TICKET = "没有这张工单，或者它不在您负责的范围里。"
DONE = {
    "claim": "已接单。",
    "reply": "答复已发出。",
    "ask": "已请居民补充，等居民回话。",
    "close": "已办结，请居民评分。",
    "reopen": "已重新打开。",
    "transfer": "已转交，居民会收到通知。",
    "escalate": "已转首席专家，居民会收到通知。",
    "refer": "已转介，居民会收到通知。",
    "merge": "已并案。",
    "bar": "已换人办理，这张工单您以后看不到了。",
    "note": "备注已加。",
    "draft": "草稿已存。",
    "leave": "已记下请假。",
}

NO_SUCH_MONTH = "月份请写成 2026-11 这样。"
NO_SUCH_EVENT = "没有这一项，或者它不是您的。"
SCORES = {
    "appeal": "申诉交上去了，局里决定后在这里看得到。",
    "grant": "已同意，得分重新算过了。",
    "refuse": "没有同意，已告诉对方。",
}
ASKED = "咨询"
REASONS = {
    "asked": "居民要找人工",
    "legal aid": "居民想申请法律援助",
    "partner": "居民想请合作地区的服务点帮忙",
    "low confidence": "机器没有把握",
    "topic not in force": "有关规定正在更新",
    "urgent": "紧急分流",
    "SOURCE_CHANGED": "依据的法律变了，等复核",
}


def too_many(seconds: int) -> str:
    """When somebody who sends too much may go on."""
    return f"发得太快了，这条没有收下。请过{span(timedelta(seconds=seconds))}再发；有危险请直接打110。"


def locked(seconds: int) -> str:
    """When somebody who failed to log in may try again."""
    return f"登录失败次数太多，请过{span(timedelta(seconds=seconds))}再试。"


def span(length: timedelta) -> str:
    """How long, as people say it: 40秒, 5分钟, 3小时, 2天."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds}秒"
    if seconds < 3600:
        return f"{-(-seconds // 60)}分钟"
    return f"{seconds // 3600}小时" if seconds < 86400 else f"{seconds // 86400}天"


NO_SUCH_PUSH = "没有这个推送计划。"
NO_SUCH_TOPIC = "没有这个主题。"
BAD_TOPIC_ID = "编号只能用小写英文、数字和连字符，像 land-boundary。"
NO_RECEIPT = "受理号写错了，像 TL261124-7K3M9P；没有就空着。"
TOPIC_CHANGED = "您打开这一页以后，别人存了新的一版。您的文字还在下面，请对照新的再存。"
NOT_SENT_YET = "这个推送还没有发过，没有效果可看。"
